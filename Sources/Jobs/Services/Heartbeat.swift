public import FHIR
import Synchronization

/// When the service last looked at its schedules: one that stands still shows here.
public final class Heartbeat: Sendable {
    private let latest = Mutex<Instant?>(nil)

    /// Has not begun to beat.
    public init() {}

    /// The last beat; nil where no job has a schedule, and while a run is under way.
    public var last: Instant? { latest.withLock { $0 } }

    /// Nobody looks for a while, because a run is under way.
    func rest() { latest.withLock { $0 = nil } }

    func beat(at instant: Instant) { latest.withLock { $0 = instant } }
}
