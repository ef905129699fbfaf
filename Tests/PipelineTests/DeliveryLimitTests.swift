import FHIR
import PDex
import PDexTesting
import SampleData
import Synchronization
import Testing

@testable import Pipeline

/// Limits per payer on concurrency and rate (reliability R8), tested with random schedules on the manual clock.
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

        var all: Int { state.withLock { $0.all } }
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
        // Any window of k spacings has at most k of them.
        let window = max(1000, Int64(1000 / perSecond))
        let most = max(1, Int(perSecond))
        for (index, start) in starts.enumerated() {
            #expect(starts[index...].prefix { $0 < start + window }.count <= most)
        }
    }

    @Test(
        "jobs and services of all processes on a store keep to a payer's rate together, in few writes; another payer is not held up"
    )
    func together() async throws {
        var numbers = SeededNumbers(seed: 5)
        let night = try night(concurrency: 1, perSecond: nil)
        for round in 0..<40 {
            let processes = [PayerTurns(), PayerTurns()]
            let perSecond = [0.5, 1, 3, 7, 30, 100][Int.random(in: 0..<6, using: &numbers)]
            let spacing = 1000 / perSecond
            let paces = (0..<4).map { pace(perSecond, "med0 \(round)", processes[$0 % 2], night) }
            var starts: [Int64] = []
            for turn in 0..<40 {
                // Sometimes all are busy, sometimes they have nothing to do.
                let idle = Double.random(in: 0...(round.isMultiple(of: 2) ? 2 : 0.1), using: &numbers)
                night.clock.advance(seconds: idle * spacing / 1000)
                try await paces[Int.random(in: 0..<4, using: &numbers)].wait()
                starts.append(night.clock.now().milliseconds)
                let before = night.clock.now()
                try await pace(perSecond, "med1 \(round) \(turn)", processes[0], night).wait()
                #expect(night.clock.now() == before)
            }
            #expect(zip(starts, starts.dropFirst()).allSatisfy { Double($1 - $0) >= spacing })
        }
    }

    @Test(
        "who has all places at a payer leaves none to another process, and what waits is delivered by either afterwards"
    )
    func placesOfAll() async throws {
        let night = try night(concurrency: 1, perSecond: nil)
        let other = ExchangePipeline(
            terms: night.pipeline.terms, clinic: night.clinic, payer: night.payer, store: night.store,
            mappings: night.pipeline.mappings, identities: night.identities, clock: night.clock, random: { 0.5 },
            owner: "another process")
        let meter = Meter()
        let byOther = Mutex([Int]())
        night.payer.whileAnswering {
            // The other process has nothing to do but this, in the middle of a delivery.
            if meter.enter() == 1 {
                let count = try await other.deliver()
                byOther.withLock { $0.append(count) }
            }
            meter.leave()
        }

        let report = try await night.run()

        #expect(byOther.withLock { $0 } == [0])
        #expect(meter.most == 1)
        #expect(report.exchanges.acknowledged == 9)
        #expect(try await night.store.read { try $0.queued() }.isEmpty)
    }

    @Test(
        "another process that has all places is waited for, for half a minute: then what is due is left to it",
        .timeLimit(.minutes(2)),
        arguments: [(holds: 600, delivered: 0, waited: 30.0), (holds: 12, delivered: 9, waited: 12)])
    func patience(holds: Int64, delivered: Int, waited: Double) async throws {
        let night = try night(concurrency: 1, perSecond: nil)
        for _ in 1...9 { night.payer.reply(.busy(retryAfterSeconds: 60)) }
        _ = try await night.run()
        night.clock.advance(seconds: 600)
        let (route, now, sent) = (night.pipeline.terms.route, night.clock.now(), night.payer.received.count)
        let claims = try await night.store.write {
            try $0.lease(
                route, limit: 1, owner: "another process", now: now, expiry: now.adding(milliseconds: holds * 1000))
        }

        let count = try await night.pipeline.deliver()

        #expect(claims.count == 1 && sent == 9)
        #expect(count == delivered)
        #expect((night.clock.now() - now) / .seconds(1) == waited)
        #expect(night.payer.received.count == sent + delivered)
    }

    @Test("services of one process share its places at a payer", arguments: 1...6)
    func placesOfOne(seed: UInt64) async throws {
        var numbers = SeededNumbers(seed: seed)
        let concurrency = Int.random(in: 1...3, using: &numbers)
        let places = PayerPlaces()
        let meter = Meter()
        let waits = (0..<30).map { _ in Int.random(in: 0...20, using: &numbers) }
        await withTaskGroup(of: Void.self) { group in
            for wait in waits {
                group.addTask {
                    guard (try? await places.enter(most: concurrency)) != nil else { return }
                    _ = meter.enter()
                    for _ in 0..<wait { await Task.yield() }
                    meter.leave()
                    places.leave()
                }
            }
        }
        #expect(meter.most <= concurrency && meter.all == 30)
    }

    private func pace(_ perSecond: Double, _ payer: String, _ turns: PayerTurns, _ night: Night) -> Pace {
        Pace(perSecond: perSecond, payer: payer, turns: turns, store: night.store, clock: night.clock)
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
