/// What an operator asked for: some exchanges of one job to be made anew, or sent again as they were.
///
/// It is a run of its own, kept before anything is done, so that it is done to its end whatever happens.
public struct Replay: Sendable, Hashable, Identifiable {
    /// Where the seven steps are begun again. Coverage and consent are decided anew from each of them.
    public enum Step: String, Sendable, Hashable, CaseIterable {
        /// The clinic is asked for the member's data again.
        case pull
        /// From what is staged of the clinic, with what the payer records now.
        case join
        /// From what is staged of both sides: nobody is asked anything before the delivery.
        case map
        /// The bundles go out again byte by byte, because nobody knows whether the payer has them (WR-16).
        case submit
    }

    /// The run that does it.
    public let id: String
    /// Where it begins.
    public let step: Step
    /// Whether mappings may have changed since the originals were made.
    public let acceptsMappingChanges: Bool
    /// Whether only those entries go again that the payer did not take; what it acknowledged stays as it is.
    public let onlyFailedEntries: Bool
    /// Why the operator wants it; never names a person.
    public let reason: String

    /// Describes a replay of whole exchanges, unless told otherwise.
    public init(
        id: String, step: Step, acceptsMappingChanges: Bool, onlyFailedEntries: Bool = false, reason: String
    ) {
        self.id = id
        self.step = step
        self.acceptsMappingChanges = acceptsMappingChanges
        self.onlyFailedEntries = onlyFailedEntries
        self.reason = reason
    }
}
