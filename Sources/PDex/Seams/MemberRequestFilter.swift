public import FHIR

/// Which member requests are meant; a property left at its default does not restrict.
public struct MemberRequestFilter: Sendable, Hashable {
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

    /// All requests that still have to be answered.
    public static let open = MemberRequestFilter(states: Set(MemberRequestState.allCases.filter(\.isOpen)))
}
