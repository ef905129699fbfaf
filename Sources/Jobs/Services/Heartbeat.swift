public import FHIR
import Synchronization

/// When the service last looked at its schedules, so that a stalled scheduler shows.
public final class Heartbeat: Sendable {
    private let latest = Mutex<Instant?>(nil)

    /// A heartbeat before the first beat.
    public init() {}

    /// The last beat; nil where no job has a schedule, and while a run is under way.
    public var last: Instant? { latest.withLock { $0 } }

    /// Pauses the heartbeat, because a run is under way.
    func rest() { latest.withLock { $0 = nil } }

    func beat(at instant: Instant) { latest.withLock { $0 = instant } }
}
