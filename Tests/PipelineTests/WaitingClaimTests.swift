import FHIR
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import Pipeline

@Suite("Claims that wait for their turn at a payer")
struct WaitingClaimTests {
    @Test("are never taken for those of an ended process, however rarely the payer may be delivered to")
    func renewed() async throws {
        let members = (1...3).map {
            NamedMember("p\($0)", "Sam", "Lee", born: "1960-01-0\($0)", memberID: "M0-\($0)")
        }
        let night = try Night(members, mappings: usCoreMappings, perSecond: 5.0 / 3600, concurrency: 1)
        let takenOver = Mutex([String]())
        let clock = SteppedClock(clock: night.clock) {
            let freed = try await night.store.write { try $0.rescue(now: night.clock.now()) { _ in false } }
            takenOver.withLock { $0 += freed.map(\.id) }
        }
        let pipeline = ExchangePipeline(
            terms: night.pipeline.terms, clinic: night.clinic, payer: night.payer, store: night.store,
            mappings: night.pipeline.mappings, identities: night.identities, clock: clock, random: { 0.5 },
            owner: "tests")
        let began = night.clock.now()

        let report = try await pipeline.run(night.firing("night-1"))

        #expect(report.exchanges.acknowledged == 3)
        // Two of three wait for their turn.
        #expect((night.clock.now() - began) / .seconds(1) > 1400)
        #expect(takenOver.withLock { $0 } == [])
        #expect(night.payer.received.count == 3)
    }
}
