import FHIR
import PDex
import Synchronization

/// Keeps deliveries as far apart as the job's `deliver.rate` asks.
final class Pace: Sendable {
    private let perSecond: Double?
    private let clock: any WallClock
    private let next = Mutex<Instant?>(nil)

    /// So long a claim may wait for its turn: much shorter than it holds.
    private static let longestWaitSeconds = 240.0

    init(perSecond: Double?, clock: any WallClock) {
        self.perSecond = perSecond.flatMap { $0 > 0 ? $0 : nil }
        self.clock = clock
    }

    /// How many deliveries may begin before a claim on the last of them would grow old.
    var mostAtOnce: Int {
        guard let perSecond else { return .max }
        return max(1, Int(min(perSecond * Self.longestWaitSeconds, 1000)))
    }

    /// Waits until the next delivery may begin.
    func wait() async throws {
        guard let perSecond else { return }
        let now = clock.now()
        let turn = next.withLock { next in
            let turn = max(next ?? now, now)
            next = turn.adding(milliseconds: Int64(1000 / perSecond))
            return turn
        }
        if turn > now { try await clock.sleep(seconds: (turn - now) / .seconds(1)) }
    }
}
