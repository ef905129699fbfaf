public import FHIR

/// A request for one member's data, from acceptance to its end.
///
/// It is stored before it is answered, so that every accepted request is answered, whatever happens to the process.
public struct MemberRequest: Sendable, Hashable, Identifiable {
    /// Derived from what makes two requests the same.
    public let id: String
    /// The job that answers it.
    public let job: String
    /// The configured name of the payer that gets the data; empty for a request that an earlier version accepted.
    public let payer: String
    /// The holder of the token with which it was made; nil for an operator's own.
    public let owner: String?
    /// The id of the Patient at the clinic.
    public let patient: String
    /// Only what changed since this instant; nil means everything.
    public let since: Instant?
    /// The types wanted, out of those that the job names; empty means all of them.
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
    /// When it entered its state.
    public var updated: Instant
    /// How often it was tried and had to wait.
    public var attempts = 0
    /// When it may be tried again; nil when it need not wait.
    public var notBefore: Instant?
    /// When a warning was given that it may be late.
    public var warned: Instant?
    /// A keyed digest of the member id that was asked for; nil when the request named the Patient.
    public var asked: String?

    /// When it becomes at risk of being late, if it is still open: the last quarter of its time begins.
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

    /// Whether two requests ask for the same thing.
    public func asksTheSame(as other: MemberRequest) -> Bool {
        patient == other.patient && wantsTheSame(as: other)
    }

    /// Whether two requests name their member in the same words and want the same data, whoever that member is.
    public func asksInTheSameWords(as other: MemberRequest) -> Bool {
        asked != nil && asked == other.asked && wantsTheSame(as: other)
    }

    private func wantsTheSame(as other: MemberRequest) -> Bool {
        // An earlier version did not record the payer.
        job == other.job && (payer.isEmpty || payer == other.payer) && since == other.since && types == other.types
    }
}
