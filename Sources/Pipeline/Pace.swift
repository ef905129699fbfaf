import FHIR
import PDex

/// Spaces deliveries to a payer as the job's `deliver.rate` asks, and limits how many are under way: the payer bears
/// the load of all processes on the store together.
final class Pace: Sendable {
    private let perSecond: Double?
    private let payer: String
    private let turns: PayerTurns
    private let store: any Store
    private let clock: any WallClock

    /// How long a claim may wait for its turn before it is checked again: much shorter than it holds.
    private static let longestWaitSeconds = 240.0

    init(perSecond: Double?, payer: String, turns: PayerTurns, store: any Store, clock: any WallClock) {
        self.perSecond = perSecond.flatMap { $0 > 0 ? $0 : nil }
        self.payer = payer
        self.turns = turns
        self.store = store
        self.clock = clock
    }

    /// How many deliveries to claim at once, so that the claim on the last does not grow old.
    var mostAtOnce: Int {
        guard let perSecond else { return .max }
        return max(1, Int(min(perSecond * Self.longestWaitSeconds, 1000)))
    }

    /// Waits until the next delivery may begin, and takes a place among the `most` that this process may have under
    /// way. The caller must ``leave()`` it. If the turn is far off, `meanwhile` is done from time to time.
    func enter(most: Int, meanwhile: () async throws -> Void = {}) async throws {
        try await turns.places(at: payer).enter(most: most)
        do {
            try await wait(meanwhile)
        } catch {
            leave()
            throw error
        }
    }

    /// Gives the place back.
    func leave() { turns.places(at: payer).leave() }

    /// Waits for the next turn, and does `meanwhile` from time to time.
    func wait(_ meanwhile: () async throws -> Void = {}) async throws {
        guard let perSecond else { return }
        // Rounded up, so that three a second are never four within one.
        let spacing = Int64((1000 / perSecond).rounded(.up))
        let turn = try await turns.next(at: payer, spacing: spacing, now: clock.now()) { count in
            try await store.write { [payer, clock] writer in
                try writer.takeTurns(at: payer, count: count, spacing: spacing, now: clock.now())
            }
        }
        var seconds = (turn - clock.now()) / .seconds(1)
        while seconds > 0 {
            let nap = min(seconds, Self.longestWaitSeconds)
            try await clock.sleep(seconds: nap)
            seconds -= nap
            if seconds > 0 { try await meanwhile() }
        }
    }
}
