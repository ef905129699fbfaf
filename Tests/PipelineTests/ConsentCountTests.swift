import MetricsTestKit
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("Counts of consent decisions")
struct ConsentCountTests {
    @Test("each look at the moment of sending is counted by what came of it", arguments: [true, false])
    func counts(isWithdrawn: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run()
        let metrics = TestMetrics()
        let check = CheckConsent(
            terms: night.pipeline.terms, clock: night.clock,
            segmentation: Segmentation(terms: night.pipeline.terms, identities: night.identities), metrics: metrics)
        // Long after the period of the consent.
        if isWithdrawn { night.clock.advance(seconds: 100 * 365 * 86_400) }

        let isPermitted = try await night.store.read { reader in
            let exchange = try #require(try reader.exchanges(matching: ExchangeFilter(), limit: 1).first)
            if case .success = try check.permit(toSend: exchange, reader) { return true }
            return false
        }

        #expect(isPermitted != isWithdrawn)
        let labels = metrics.counters.map { counter in counter.dimensions.map { "\($0)=\($1)" }.sorted() }
        #expect(
            labels == [isWithdrawn ? ["reason=consent.expired", "result=withhold"] : ["reason=", "result=permit"]])
        #expect(metrics.counters.map(\.totalValue) == [1])
    }

    @Test("a delivery is one decision, though it is looked at again when the request is begun")
    func once() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 60))
        _ = try await night.run()
        night.clock.advance(seconds: 3600)
        let metrics = TestMetrics()
        let check = CheckConsent(
            terms: night.pipeline.terms, clock: night.clock,
            segmentation: Segmentation(terms: night.pipeline.terms, identities: night.identities), metrics: metrics)
        let outbox = night.pipeline.outbox
        let submit = Submit(
            terms: outbox.submit.terms, payer: night.payer, store: night.store, consent: check, records: outbox.records,
            clock: night.clock, owner: "tests")
        try await outbox.records.freshen()
        let claims = try await submit.claim(limit: 1, sparing: false).leases

        let result = await submit.send(try #require(claims.first), of: claims.map(\.submission))

        #expect(!result.isTrouble && night.payer.received.count == 2)
        #expect(metrics.counters.map(\.totalValue) == [1])
    }
}
