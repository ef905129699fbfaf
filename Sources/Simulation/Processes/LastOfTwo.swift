import Synchronization

/// Tells the second of two from the first.
final class LastOfTwo: Sendable {
    private let hasFirst = Mutex(false)

    /// Whether another was there before.
    func isLast() -> Bool {
        hasFirst.withLock { hasFirst in
            defer { hasFirst = true }
            return hasFirst
        }
    }
}
