public import FHIR

/// What the join reads of a Coverage (US Core Coverage): whose it is and when it holds.
public struct Coverage: Sendable, Hashable {
    /// `Coverage.status`.
    public let status: String
    /// `Coverage.beneficiary.reference`.
    public let beneficiary: String?
    /// Identifiers of type `MB`, or all of them when none is typed.
    public let memberIdentifiers: [Identifier]
    /// `Coverage.subscriberId`.
    public let subscriberID: String?
    /// `Coverage.period`; nil means without limit.
    public let period: Period?

    /// Reads a Coverage.
    public init(_ resource: Resource) {
        status = resource["status"]?.string ?? ""
        beneficiary = resource["beneficiary"]?["reference"]?.string
        let identifiers = (resource["identifier"]?.elements ?? []).compactMap(Identifier.init)
        let members = identifiers.filter { $0.hasTypeCode("MB") }
        memberIdentifiers = members.isEmpty ? identifiers : members
        subscriberID = resource["subscriberId"]?.string
        period = resource["period"].flatMap(Period.init)
    }

    /// Whether the coverage holds on a day of the visit (CO-13: status alone is not termination).
    public func isActive(on dates: ServiceDates) -> Bool {
        guard status != "entered-in-error", status != "draft" else { return false }
        return period.map(dates.overlap) ?? true
    }
}

extension Identifier {
    /// Whether the identifier is of a type with that code, such as `MB` or `MR` (HL7 v2-0203).
    public func hasTypeCode(_ code: String) -> Bool {
        typeCodes.contains { $0.code == code }
    }
}
