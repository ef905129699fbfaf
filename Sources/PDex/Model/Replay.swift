/// What an operator asked for: exchanges of one job to be made again, or sent again as they were.
///
/// It is a run of its own, stored before anything is done, so that it is finished whatever happens.
public struct Replay: Sendable, Hashable, Identifiable {
    /// The first of the seven steps to be repeated. From whichever it is, coverage and consent are decided again.
    public enum Step: String, Sendable, Hashable, CaseIterable {
        /// The clinic is asked for the member's data again.
        case pull
        /// From the data staged from the clinic, with the payer's present records.
        case join
        /// From the data staged from both sides: nobody is asked anything before the delivery.
        case map
        /// The bundles are sent again byte for byte, because nobody knows whether the payer has them (WR-16).
        case submit
    }

    /// The run that does it.
    public let id: String
    /// Where it begins.
    public let step: Step
    /// Whether mappings may have changed since the originals were made.
    public let acceptsMappingChanges: Bool
    /// Whether only the entries that the payer did not take are sent again; what it acknowledged stays as it is.
    public let onlyFailedEntries: Bool
    /// Why the operator wants it; never names a person.
    public let reason: String

    /// Describes a replay, by default of whole exchanges.
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
