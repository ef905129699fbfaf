import Pipeline
import Synchronization

/// Keeps what a run told.
final class Heard: Sendable {
    private let kept = Mutex<[RunEvent]>([])

    /// Everything so far.
    var events: [RunEvent] { kept.withLock { $0 } }

    /// Takes more.
    @Sendable func hear(_ event: RunEvent) { kept.withLock { $0.append(event) } }
}
