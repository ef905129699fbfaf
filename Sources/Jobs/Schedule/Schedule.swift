public import FHIR
public import Foundation

/// When a job starts by itself.
public struct Schedule: Sendable, Hashable {
    /// What happens to a tick while the job is still running.
    public enum Overlap: String, Sendable, CaseIterable {
        /// The tick is passed over.
        case skip
        /// The tick waits for the run to end, for as long as ticks are caught up.
        case queue
    }

    /// When it is due.
    public let cron: CronExpression
    /// The time zone in which it is due.
    public let zone: TimeZone
    /// How late a tick may still fire, for instance after the service was down.
    public let catchUp: Duration
    /// What happens to a tick while the job is still running.
    public let overlap: Overlap
    /// The most that a job may start after its tick, so that not everybody asks a clinic at the same moment.
    public let jitter: Duration

    /// A schedule.
    public init(
        cron: CronExpression, zone: TimeZone, catchUp: Duration, overlap: Overlap, jitter: Duration = .zero
    ) {
        self.cron = cron
        self.zone = zone
        self.catchUp = catchUp
        self.overlap = overlap
        self.jitter = jitter
    }

    /// How much later than its ticks this job starts, in milliseconds: always the same, from zero up to ``jitter``.
    /// `chance` is a number between 0 and 1 that is specific to the job.
    public func lateness(_ chance: Double) -> Int64 {
        Int64(jitter / .milliseconds(1) * min(max(chance, 0), 1))
    }

    /// The first tick after `instant`.
    public func next(after instant: Instant) -> Instant? {
        cron.next(after: instant, in: zone)
    }
}
