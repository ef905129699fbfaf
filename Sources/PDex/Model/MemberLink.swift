public import FHIR

/// What an operator decided about a patient: which member it is, or that no rule may take it for one.
public struct MemberLink: Sendable, Hashable {
    /// Between which clinic and which payer.
    public let route: Route
    /// The clinic's Patient.
    public let patient: ResourceKey
    /// The payer's member; nil keeps the patient apart from every member.
    public let member: ResourceKey?
    /// Why, in the operator's words.
    public let reason: String
    /// Who decided.
    public let actor: String
    /// When.
    public let at: Instant

    /// Assembles a link.
    public init(
        route: Route, patient: ResourceKey, member: ResourceKey?, reason: String, actor: String, at: Instant
    ) {
        self.route = route
        self.patient = patient
        self.member = member
        self.reason = reason
        self.actor = actor
        self.at = at
    }
}
