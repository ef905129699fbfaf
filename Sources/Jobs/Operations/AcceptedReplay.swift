public import PDex

/// The answer to a demand to replay exchanges, before anything is replayed.
public struct AcceptedReplay: Sendable {
    /// The runs that carry it out, one per job, including runs already under way that replay the same exchanges.
    public internal(set) var runs: [String] = []
    /// What cannot be replayed, and why.
    public internal(set) var refused: [ReplayOutcome] = []
    /// What the same demand had replayed before, in a replay that has ended: nothing more is made of it.
    public internal(set) var already: [ReplayItem] = []
}
