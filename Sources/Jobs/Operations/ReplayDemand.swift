public import PDex

/// How exchanges are to be replayed, and why.
public struct ReplayDemand: Sendable, Hashable {
    /// The step from which they are processed again.
    public let step: Replay.Step
    /// Whether mappings may have changed since the originals were made.
    public let acceptsMappingChanges: Bool
    /// Whether to send only those entries again that the payer did not accept.
    public let onlyFailedEntries: Bool
    /// The reason; never names a person.
    public let reason: String
    /// The words that selected the exchanges, in a normalised order; nil when the exchanges were named.
    public let selection: String?

    /// A replay of whole, named exchanges from the join, unless told otherwise.
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
