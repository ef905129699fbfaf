public import FHIR
public import PDex

/// The outcome of restoring a backup.
public struct RestoredStore: Sendable {
    /// What the restored store holds.
    public let statistics: StoreStatistics
    /// How many exchanges waited in the backup; the next run makes them again.
    public let cancelled: Int
    /// The time of the last entry in the restored audit trail; nil when it has none.
    public let last: Instant?
    /// Where the previous store is kept; nil when there was none.
    public let kept: String?
}
