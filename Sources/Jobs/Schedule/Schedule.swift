public import FHIR
public import Foundation

/// When a job starts by itself.
public struct Schedule: Sendable, Hashable {
    /// What becomes of a tick while the job is still running.
    public enum Overlap: String, Sendable, CaseIterable {
        /// The tick is passed over.
        case skip
        /// The tick waits for the end of the run, as long as ticks are caught up with.
        case queue
    }

    /// When it is due.
    public let cron: CronExpression
    /// Whose clocks it goes by.
    public let zone: TimeZone
    /// How late a tick may still fire, for instance after the service was down.
    public let catchUp: Duration
    /// What becomes of a tick while the job is still running.
    public let overlap: Overlap

    /// A schedule.
    public init(cron: CronExpression, zone: TimeZone, catchUp: Duration, overlap: Overlap) {
        self.cron = cron
        self.zone = zone
        self.catchUp = catchUp
        self.overlap = overlap
    }

    /// The first tick after `instant`.
    public func next(after instant: Instant) -> Instant? {
        cron.next(after: instant, in: zone)
    }
}
