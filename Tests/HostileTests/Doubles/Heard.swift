import PDex
import Pipeline
import Synchronization

/// Keeps what a run told.
final class Heard: Sendable {
    private let kept = Mutex<[RunEvent]>([])

    /// Everything so far.
    var events: [RunEvent] { kept.withLock { $0 } }

    private let ended = Mutex<Fault?>(nil)

    /// What the last run broke off with; nil when it came to its end.
    var fault: Fault? {
        get { ended.withLock { $0 } }
        set { ended.withLock { $0 = newValue } }
    }

    /// Takes more.
    @Sendable func hear(_ event: RunEvent) { kept.withLock { $0.append(event) } }
}
