import FHIR
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import Pipeline

/// Limits per payer on how many at once and how many in a time (reliability R8), by random schedules on the manual clock.
@Suite("A payer gets no more than it bears")
struct DeliveryLimitTests {
    /// How many deliveries are under way, and the most that ever were.
    private final class Meter: Sendable {
        private let state = Mutex((now: 0, most: 0, all: 0))
        private let begun = Mutex<[Int64]>([])

        /// Its number.
        func enter() -> Int {
            state.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
                $0.all += 1
                return $0.all
            }
        }

        func note(_ instant: Instant) { begun.withLock { $0.append(instant.milliseconds) } }

        var starts: [Int64] { begun.withLock { $0 } }

        func leave() { state.withLock { $0.now -= 1 } }

        var most: Int { state.withLock { $0.most } }
    }

    @Test("never more at once than the job allows, whatever is answered, and however long it takes", arguments: 1...12)
    func atOnce(seed: UInt64) async throws {
        var numbers = SeededNumbers(seed: seed)
        let concurrency = Int.random(in: 1...5, using: &numbers)
        let waits = (0..<40).map { _ in Int.random(in: 0...30, using: &numbers) }
        let night = try night(concurrency: concurrency, perSecond: nil)
        for _ in 0..<Int.random(in: 0...6, using: &numbers) {
            night.payer.reply(
                [.refuse(500), .refuse(422), .busy(retryAfterSeconds: 5), .loseAnswer].randomElement(using: &numbers)
                    ?? .accept)
        }
        let meter = Meter()
        night.payer.whileAnswering {
            let index = meter.enter()
            for _ in 0..<waits[index % waits.count] { await Task.yield() }
            meter.leave()
        }
        _ = try await night.run()
        for _ in 0..<4 {
            night.clock.advance(seconds: 700)
            _ = try await night.pipeline.deliver()
        }
        #expect(meter.most <= concurrency && meter.most > 0)
        #expect(try await night.store.read { try $0.queued() }.isEmpty)
    }

    @Test("never more in a second than the rate, over runs and refusals", arguments: 1...12)
    func rate(seed: UInt64) async throws {
        var numbers = SeededNumbers(seed: seed)
        let rates: [Double] = [0.5, 1, 2, 3, 7, 30]
        let perSecond = rates[Int.random(in: 0..<rates.count, using: &numbers)]
        let night = try night(concurrency: 1, perSecond: perSecond)
        for _ in 0..<Int.random(in: 0...6, using: &numbers) { night.payer.reply(.refuse(500)) }
        let meter = Meter()
        night.payer.beforeBeginning { [clock = night.clock] in meter.note(clock.now()) }
        _ = try await night.run()
        for _ in 0..<4 {
            night.clock.advance(seconds: Double.random(in: 0...700, using: &numbers))
            _ = try await night.pipeline.deliver()
        }
        let starts = meter.starts
        #expect(starts.count >= 9)
        // In any window that holds k spacings there are at most k of them.
        let window = max(1000, Int64(1000 / perSecond))
        let most = max(1, Int(perSecond))
        for (index, start) in starts.enumerated() {
            #expect(starts[index...].prefix { $0 < start + window }.count <= most)
        }
    }

    @Test(
        "jobs and services of a process that deliver to one payer keep to its rate together; another payer is not held up"
    )
    func together() {
        var numbers = SeededNumbers(seed: 5)
        for _ in 0..<200 {
            let turns = PayerTurns()
            let spacing = Int64.random(in: 1...2000, using: &numbers)
            var now = Instant(milliseconds: 1_000_000)
            var taken: [Int64] = []
            for _ in 0..<50 {
                now = now.adding(milliseconds: Int64.random(in: 0...(spacing * 2), using: &numbers))
                let turn = turns.take(at: "med0", spacing: spacing, now: now)
                #expect(turn >= now)
                taken.append(turn.milliseconds)
                #expect(turns.take(at: "med\(taken.count)", spacing: spacing, now: now) == now)
            }
            #expect(zip(taken, taken.dropFirst()).allSatisfy { $1 - $0 >= spacing })
        }
    }

    @Test("a clock that is set back holds nothing up for as long as it was set back")
    func setBack() {
        let turns = PayerTurns()
        let now = Instant(milliseconds: 100_000_000)
        _ = turns.take(at: "med0", spacing: 100, now: now)
        let before = now.adding(milliseconds: -7_200_000)
        #expect(turns.take(at: "med0", spacing: 100, now: before) <= before.adding(milliseconds: 6_400))
    }

    private func night(concurrency: Int, perSecond: Double?) throws -> Night {
        let members = (1...9).map {
            NamedMember("p\($0)", "Sam", "Lee", born: "1960-01-0\($0)", memberID: "M0-\($0)")
        }
        return try Night(
            members, mappings: usCoreMappings, attempts: 9, perSecond: perSecond, concurrency: concurrency,
            breaker: BreakerPolicy(failures: 100, budget: 1000))
    }
}
