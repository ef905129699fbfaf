public import FHIR

/// A demand for one member's data, from being accepted to its end.
///
/// It is kept before it is answered, so that what was accepted is answered, whatever happens to the process.
public struct MemberRequest: Sendable, Hashable, Identifiable {
    /// Derived from what makes two demands the same one.
    public let id: String
    /// The job that it is answered by.
    public let job: String
    /// The configured name of the payer whom the data goes to; empty for one that an earlier version accepted.
    public let payer: String
    /// The holder of the token by which it was asked for; nil for an operator's own.
    public let owner: String?
    /// The id of the Patient at the clinic.
    public let patient: String
    /// Only what changed since; nil means everything.
    public let since: Instant?
    /// The types wanted, of those that the job names; empty means all of them.
    public let types: [String]
    /// When it was accepted.
    public let accepted: Instant
    /// By when it has to be answered.
    public let due: Instant
    /// How it stands.
    public var state: MemberRequestState
    /// The run that answers it, or did last.
    public var run: String?
    /// Why it failed.
    public var reason: FaultCode?
    /// When it came into its state.
    public var updated: Instant
    /// How often it was tried and had to wait.
    public var attempts = 0
    /// When it may be tried again; nil when it need not wait.
    public var notBefore: Instant?
    /// When it was told that it may be late.
    public var warned: Instant?
    /// A keyed digest of the member's id that was asked for; nil when the Patient was named.
    public var asked: String?

    /// From when on it may be late, if it is still open: the last quarter of its time has begun.
    public var atRisk: Instant {
        due.adding(milliseconds: (accepted.milliseconds - due.milliseconds) / 4)
    }

    /// Assembles a request that nobody has begun to answer.
    public init(
        id: String, job: String, payer: String, owner: String? = nil, patient: String, since: Instant?,
        types: [String], accepted: Instant, due: Instant,
        state: MemberRequestState = .requested, run: String? = nil, reason: FaultCode? = nil, updated: Instant? = nil
    ) {
        self.id = id
        self.job = job
        self.payer = payer
        self.owner = owner
        self.patient = patient
        self.since = since
        self.types = types
        self.accepted = accepted
        self.due = due
        self.state = state
        self.run = run
        self.reason = reason
        self.updated = updated ?? accepted
    }

    /// Whether two demands ask for the same.
    public func asksTheSame(as other: MemberRequest) -> Bool {
        patient == other.patient && wantsTheSame(as: other)
    }

    /// Whether two demands name their member by the same words, and want the same of whoever that is.
    public func asksInTheSameWords(as other: MemberRequest) -> Bool {
        asked != nil && asked == other.asked && wantsTheSame(as: other)
    }

    private func wantsTheSame(as other: MemberRequest) -> Bool {
        // An earlier version did not write down for which payer.
        job == other.job && (payer.isEmpty || payer == other.payer) && since == other.since && types == other.types
    }
}
