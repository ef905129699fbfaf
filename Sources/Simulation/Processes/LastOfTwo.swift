import Synchronization

/// Distinguishes the second of two callers from the first.
final class LastOfTwo: Sendable {
    private let hasFirst = Mutex(false)

    /// Whether another caller came before.
    func isLast() -> Bool {
        hasFirst.withLock { hasFirst in
            defer { hasFirst = true }
            return hasFirst
        }
    }
}
