import Synchronization

/// Limits how many requests are answered at once: more would only wait for each other, and none would be answered in
/// time.
final class Crowd: Sendable {
    private let present = Mutex(0)
    private let most: Int

    init(most: Int) {
        self.most = most
    }

    /// Runs `work` as one of the crowd; nil when the crowd is full.
    func answer<Answer: Sendable>(_ work: () async throws -> Answer) async rethrows -> Answer? {
        let isIn = present.withLock { present in
            guard present < most else { return false }
            present += 1
            return true
        }
        guard isIn else { return nil }
        defer { present.withLock { $0 -= 1 } }
        return try await work()
    }
}
