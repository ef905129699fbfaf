/// An invented patient with one visit, and what the payer records about them; the story's people by name.
public struct NamedMember: Sendable {
    /// The Patient's id at the clinic.
    public let id: String
    /// Family name.
    public let family: String
    /// First given name.
    public let given: String
    /// Birth date.
    public let born: String
    /// The gender as both sides write it.
    public var gender = "unknown"
    /// The member identifier, when the clinic knows it.
    public var memberID: String?
    /// The coverage's period; nil when there is no Coverage.
    public var covered: ClosedRange<String>? = "2026-01-01"..."2026-12-31"
    /// The consent's status; nil when none is recorded.
    public var consent: String? = "active"
    /// The consent's period.
    public var consentPeriod = "2026-01-01"..."2026-12-31"
    /// The visit's period; nil for a visit without one.
    public var visit: String? = "2026-05-04T09:00:00-05:00"
    /// Labels of the visit.
    public var visitLabels: [String] = []

    /// Names a member.
    public init(_ id: String, _ given: String, _ family: String, born: String, memberID: String?) {
        self.id = id
        self.given = given
        self.family = family
        self.born = born
        self.memberID = memberID
    }

    /// Joe Smith, insured by Med0, who permits the exchange.
    public static let joe = NamedMember("joe", "Joe", "Smith", born: "1979-04-02", memberID: "M0-1")
    /// Ada Okafor, insured by Med0, who permits the exchange.
    public static let ada = NamedMember("ada", "Ada", "Okafor", born: "1984-12-10", memberID: "M0-2")

    /// The same member, changed.
    public func with(_ change: (inout NamedMember) -> Void) -> NamedMember {
        var copy = self
        change(&copy)
        return copy
    }
}
