public import FHIR

/// Which member requests are meant; a property left at its default does not restrict.
public struct MemberRequestFilter: Sendable, Hashable {
    /// What became of a request's run.
    public enum Progress: Sendable, Hashable {
        /// None has come to its end: the work is still to be done.
        case unrun
        /// It has ended, and nothing that it made or met waits to be delivered.
        case rests
        /// Something that it made or met is parked.
        case parked
    }

    /// Only these states.
    public var states: Set<MemberRequestState>
    /// Only requests made by this token holder.
    public var owner: String?
    /// Only those for these payers.
    public var payers: Set<String>?
    /// Only those that may be tried at that instant.
    public var readyAt: Instant?
    /// Only those that are due before that instant.
    public var dueBefore: Instant?
    /// Only those whose last quarter of time has begun by that instant (``MemberRequest/atRisk``).
    public var atRiskBy: Instant?
    /// Only those about which no warning has been given that they may be late.
    public var isUnwarned: Bool
    /// Only those of which nobody was told since they were due.
    public var isUntoldSinceDue: Bool
    /// Only the one that this run answers.
    public var run: String?
    /// Only those whose run has come so far. What took the place of an exchange before it was delivered counts as that
    /// exchange.
    public var progress: Progress?
    /// Only those behind this place.
    public var after: MemberRequestPlace?

    /// Selects requests.
    public init(
        states: Set<MemberRequestState> = Set(MemberRequestState.allCases), owner: String? = nil,
        payers: Set<String>? = nil, readyAt: Instant? = nil, dueBefore: Instant? = nil, atRiskBy: Instant? = nil,
        isUnwarned: Bool = false, isUntoldSinceDue: Bool = false, run: String? = nil, progress: Progress? = nil,
        after: MemberRequestPlace? = nil
    ) {
        self.states = states
        self.owner = owner
        self.payers = payers
        self.readyAt = readyAt
        self.dueBefore = dueBefore
        self.atRiskBy = atRiskBy
        self.isUnwarned = isUnwarned
        self.isUntoldSinceDue = isUntoldSinceDue
        self.run = run
        self.progress = progress
        self.after = after
    }

    /// All requests that still have to be answered.
    public static let open = MemberRequestFilter(states: Set(MemberRequestState.allCases.filter(\.isOpen)))
    /// All that have come to their end without an answer: an operator has to look at what is parked.
    public static let parked = MemberRequestFilter(states: [.completed], progress: .parked)
    /// All that the payer has no answer to, which can be late.
    public static let unanswered: [MemberRequestFilter] = [.open, .parked]
}
