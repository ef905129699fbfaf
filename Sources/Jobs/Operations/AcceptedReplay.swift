/// What became of a demand to replay exchanges, before anything is replayed.
public struct AcceptedReplay: Sendable {
    /// The runs that do it, a run for each job; those under way already that the same was asked of are among them.
    public internal(set) var runs: [String] = []
    /// What cannot be replayed, and why.
    public internal(set) var refused: [ReplayOutcome] = []
    /// What the same demand had replayed before, in a replay that has ended: nothing more is made of it.
    public internal(set) var already: [ReplayItem] = []
}
