public import PDex

/// How exchanges are to be replayed, and why.
public struct ReplayDemand: Sendable, Hashable {
    /// Where the steps are begun again.
    public let step: Replay.Step
    /// Whether mappings may have changed since the originals were made.
    public let acceptsMappingChanges: Bool
    /// Whether only those entries go again that the payer did not take.
    public let onlyFailedEntries: Bool
    /// Why; never names a person.
    public let reason: String
    /// The words by which the exchanges were selected, in an order that says nothing; nil when they were named.
    public let selection: String?

    /// Asks for a replay of whole exchanges that are named, from the join, unless told otherwise.
    public init(
        from step: Replay.Step = .join, acceptsMappingChanges: Bool = false, onlyFailedEntries: Bool = false,
        reason: String, selection: String? = nil
    ) {
        self.step = step
        self.acceptsMappingChanges = acceptsMappingChanges
        self.onlyFailedEntries = onlyFailedEntries
        self.reason = reason
        self.selection = selection
    }
}
