public import FHIR

/// Which member requests are meant; what is left open means all.
public struct MemberRequestFilter: Sendable, Hashable {
    /// Only these states.
    public var states: Set<MemberRequestState>
    /// Only what this holder of a token asked for.
    public var owner: String?
    /// Only those for these payers.
    public var payers: Set<String>?
    /// Only those that need not wait at that instant.
    public var readyAt: Instant?
    /// Only those that are due before that instant.
    public var dueBefore: Instant?
    /// Only those whose last quarter of time has begun by that instant (``MemberRequest/atRisk``).
    public var atRiskBy: Instant?
    /// Only those of which nobody was told that they may be late.
    public var isUnwarned: Bool

    /// Selects requests.
    public init(
        states: Set<MemberRequestState> = Set(MemberRequestState.allCases), owner: String? = nil,
        payers: Set<String>? = nil, readyAt: Instant? = nil, dueBefore: Instant? = nil, atRiskBy: Instant? = nil,
        isUnwarned: Bool = false
    ) {
        self.states = states
        self.owner = owner
        self.payers = payers
        self.readyAt = readyAt
        self.dueBefore = dueBefore
        self.atRiskBy = atRiskBy
        self.isUnwarned = isUnwarned
    }

    /// All that still have to be answered.
    public static let open = MemberRequestFilter(states: Set(MemberRequestState.allCases.filter(\.isOpen)))
}
