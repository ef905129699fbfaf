import Synchronization

/// How many deliveries a server has under way, and the most that it ever had.
final class DeliveryMeter: Sendable {
    private let state = Mutex((now: 0, most: 0))

    /// The most at once.
    var most: Int { state.withLock { $0.most } }

    func enter() {
        state.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
    }

    func leave() { state.withLock { $0.now -= 1 } }
}
