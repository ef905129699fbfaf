public import FHIR
public import PDex

/// What came of restoring a backup.
public struct RestoredStore: Sendable {
    /// What the restored store holds.
    public let statistics: StoreStatistics
    /// Exchanges that waited in the backup, and are made again by the next run.
    public let cancelled: Int
    /// Until when the restored audit trail tells what happened.
    public let last: Instant?
    /// Where the store is that was there before; nil when there was none.
    public let kept: String?
}
