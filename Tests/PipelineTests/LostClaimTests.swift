import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("A delivery whose process ends again and again")
struct LostClaimTests {
    @Test("the third time it is parked with its reason, and the other members are delivered")
    func parks() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.payer.reply(.refuse(503), .refuse(503))
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 4_000)

        for _ in 1...3 { try await night.claimAndVanish() }
        let delivered = try await night.pipeline.deliver()

        let parked = try await night.store.read { try $0.exchanges(matching: .init(states: [.parked]), limit: 9) }
        #expect(parked.map(\.reason) == [.processLost])
        #expect(delivered == 1)
        let receipts = try await night.store.read { try $0.receipts(ofExchange: parked[0].id) }
        #expect(receipts.last?.fault == .processLost)
    }
}

extension Night {
    /// Claims one delivery for a worker that is never heard of again, and lets the lease run out.
    fileprivate func claimAndVanish() async throws {
        let (now, route) = (clock.now(), pipeline.terms.route)
        _ = try await store.write { writer in
            _ = try writer.rescue(now: now, ownerIsGone: { _ in false })
            return try writer.lease(
                route, limit: 1, owner: "gone", now: now, expiry: now.adding(milliseconds: 60_000))
        }
        clock.advance(seconds: 61)
    }
}
