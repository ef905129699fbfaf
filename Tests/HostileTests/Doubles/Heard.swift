import PDex
import Pipeline
import Synchronization

/// Keeps what a run reported.
final class Heard: Sendable {
    private let kept = Mutex<[RunEvent]>([])

    /// Everything so far.
    var events: [RunEvent] { kept.withLock { $0 } }

    private let ended = Mutex<Fault?>(nil)

    /// The fault with which the last run broke off; nil when it finished.
    var fault: Fault? {
        get { ended.withLock { $0 } }
        set { ended.withLock { $0 = newValue } }
    }

    /// Adds more.
    @Sendable func hear(_ event: RunEvent) { kept.withLock { $0.append(event) } }
}
