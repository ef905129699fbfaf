public import FHIR

/// The outcome of asking a payer who a patient is (HRex `$member-match`). It keeps the member and the identifier from
/// the answer, and no more than a hash of the question.
public struct MemberMatch: Sendable, Hashable {
    /// How asking a payer may turn out.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// There was nothing to ask with: the clinic has no card of the payer, or no Consent.
        case notAsked = "not-asked"
        /// Asked, but no answer came.
        case asked
        /// One member.
        case matched
        /// No member, or none that the payer would disclose.
        case nobody
        /// Several members.
        case several
        /// The payer cannot comply with the Consent.
        case consentRefused = "consent-refused"
        /// Refused for another reason, or answered with something that cannot be used.
        case refused
    }

    /// Between which clinic and which payer.
    public let route: Route
    /// The clinic's Patient.
    public let patient: ResourceKey
    /// The outcome.
    public var outcome: Outcome
    /// The hash of what was asked; nil when nothing was.
    public var question: Int64?
    /// How many different questions have been asked so far (MM-13).
    public var attempts: Int
    /// The payer's member.
    public var member: ResourceKey?
    /// The identifier that the payer gave, to be used from now on (MM-11).
    public var identifier: Identifier?
    /// The outcome in words, without PHI.
    public var detail: String
    /// When.
    public var at: Instant

    /// Assembles an outcome.
    public init(
        route: Route, patient: ResourceKey, outcome: Outcome, question: Int64? = nil, attempts: Int = 0,
        member: ResourceKey? = nil, identifier: Identifier? = nil, detail: String, at: Instant
    ) {
        self.route = route
        self.patient = patient
        self.outcome = outcome
        self.question = question
        self.attempts = attempts
        self.member = member
        self.identifier = identifier
        self.detail = detail
        self.at = at
    }
}
