/// Why a patient was taken for a member; kept with the exchange. Nothing in it names a person (reliability T10).
public struct MatchEvidence: Sendable, Hashable {
    /// Stands in the place of a rule when an operator's link decided.
    public static let byOperator = "operator"

    /// The payer's member; nil when nobody was recognised.
    public let member: ResourceKey?
    /// The rule that decided, or ``byOperator``.
    public let rule: String
    /// The keyed hash of the values that agreed; nil when none were compared.
    public let value: Int64?
    /// The patient who took this one's place at the clinic and for whom the decision was made.
    public let via: ResourceKey?

    /// Assembles the evidence.
    public init(member: ResourceKey?, rule: String, value: Int64?, via: ResourceKey?) {
        self.member = member
        self.rule = rule
        self.value = value
        self.via = via
    }

    /// Whether both name the same member: by its record, or by the same member number in a record to which the payer
    /// gave a new id.
    public func isSamePerson(as other: MatchEvidence) -> Bool {
        member == other.member
            || (value != nil && value == other.value && rule == other.rule && rule == MatchRule.memberID.rawValue)
    }
}
