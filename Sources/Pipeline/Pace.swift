import FHIR
import PDex

/// Keeps deliveries to a payer as far apart as the job's `deliver.rate` asks.
final class Pace: Sendable {
    private let perSecond: Double?
    private let payer: String
    private let turns: PayerTurns
    private let clock: any WallClock

    /// So long a claim may wait for its turn: much shorter than it holds.
    private static let longestWaitSeconds = 240.0

    init(perSecond: Double?, payer: String, turns: PayerTurns, clock: any WallClock) {
        self.perSecond = perSecond.flatMap { $0 > 0 ? $0 : nil }
        self.payer = payer
        self.turns = turns
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
        // Rounded up: three a second are never four within one.
        let spacing = Int64((1000 / perSecond).rounded(.up))
        let turn = turns.take(at: payer, spacing: spacing, now: now)
        if turn > now { try await clock.sleep(seconds: (turn - now) / .seconds(1)) }
    }
}
