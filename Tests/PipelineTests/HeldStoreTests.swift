import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// A backup, a shell or a suspended process holds the store for longer than a write waits (D5).
@Suite("An answer that came while another program held the store")
struct HeldStoreTests {
    @Test("is kept once the store is free, and nothing is looked for or sent again", arguments: 1...4)
    func kept(writes: Int) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.whileAnswering { night.store.hold(for: writes) }

        let report = try await night.run("night-1")

        #expect(report.exchanges.acknowledged == 1 && report.balanced)
        #expect(night.payer.received.count == 1 && night.payer.lookedAt == 0)
        #expect(night.clock.sleeps.count { $0 == 5 } == writes)
    }

    @Test("is found out again when the store was held for longer")
    func lost() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.openness = .read
        night.payer.whileAnswering { night.store.hold(for: 5) }

        await #expect(throws: Fault.self) { try await night.run("night-1") }
        night.payer.whileAnswering {}
        night.clock.advance(seconds: 600)
        let report = try await night.run("night-1")

        #expect(report.exchanges.acknowledged == 1 && report.balanced)
        #expect(night.payer.received.count == 1)
    }
}
