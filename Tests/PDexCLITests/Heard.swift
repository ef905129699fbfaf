import Synchronization

/// Keeps what was written.
final class Heard: Sendable {
    private let kept = Mutex("")

    /// Everything so far.
    var text: String { kept.withLock { $0 } }

    /// Adds more.
    @Sendable func hear(_ text: String) {
        kept.withLock { $0 += text }
    }
}
