import FHIR
import PDex
import PDexTesting
import Pipeline
import Synchronization
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

    @Test("who stood still for longer than its claim holds sends nothing, and the claim's new holder delivers")
    func stoodStill() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        let isFirst = Mutex(true)
        night.payer.beforeBeginning { [store = night.store, clock = night.clock, route = night.pipeline.terms.route] in
            guard
                isFirst.withLock({ first in
                    defer { first = false }; return first
                })
            else { return }
            clock.advance(seconds: 4_000)
            let now = clock.now()
            try await store.write { writer in
                _ = try writer.rescue(now: now, ownerIsGone: { _ in false })
                let claimed = try writer.lease(
                    route, limit: 1, owner: "another", now: now, expiry: now.adding(milliseconds: 60_000))
                #expect(claimed.count == 1)
            }
        }

        let report = try await night.run("night-1")

        #expect(night.payer.received.isEmpty)
        #expect(report.exchanges.retrying == 1)
        night.clock.advance(seconds: 61)
        #expect(try await night.pipeline.deliver() == 1)
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
