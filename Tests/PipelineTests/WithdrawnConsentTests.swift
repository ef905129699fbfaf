import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("A withdrawal or refusal outweighs the permits from before it")
struct WithdrawnConsentTests {
    /// Another consent in addition to the one that permits, which was given on 1 March.
    struct Other: Sendable, CustomTestStringConvertible {
        var status = "inactive"
        var given: String? = "2026-03-01"
        var touched: String?
        var source = "1234567893"
        var type = "permit"
        let code: FaultCode?
        var isSent: Bool { code == nil }
        var testDescription: String { "\(status) \(touched ?? "-") \(given ?? "-") \(source) \(type)" }
    }

    @Test(
        "a permit goes on only where it is certainly the younger one",
        arguments: [
            Other(touched: "2026-04-01T08:00:00Z", code: .consentDenied),
            Other(status: "rejected", touched: "2026-04-01T08:00:00Z", code: .consentDenied),
            Other(status: "revoked", touched: "2026-04-01T08:00:00Z", code: .consentDenied),
            Other(touched: "2026-02-01T08:00:00Z", code: nil),
            Other(status: "rejected", touched: "2026-02-01T08:00:00Z", code: nil),
            Other(touched: "2026-03-01T08:00:00Z", code: .consentOutOfScope),
            Other(touched: nil, code: .consentOutOfScope),
            Other(given: nil, touched: "2026-02-01T08:00:00Z", code: .consentOutOfScope),
            Other(given: "2030-01-01", touched: "2026-02-01T08:00:00Z", code: .consentOutOfScope),
            Other(touched: "2026-04-01T08:00:00Z", source: "1679576722", code: nil),
            Other(status: "draft", touched: "2026-04-01T08:00:00Z", code: nil),
            Other(touched: "2026-04-01T08:00:00Z", type: "deny", code: nil),
        ])
    func beside(other: Other) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        try Self.record(other, night)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == (other.isSent ? 1 : 0))
        #expect(report.exchanges.withheld == (other.code.map { [$0: 1] } ?? [:]))
        #expect(night.payer.received.isEmpty != other.isSent)
    }

    @Test("what waits is taken back when another consent is withdrawn, and the evidence names that one")
    func waiting() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 3600))
        _ = try await night.run()
        try Self.record(Other(touched: "2026-04-01T08:00:00Z", code: .consentDenied), night)
        _ = try await night.pipeline.importMembers()
        let exchange = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first
        #expect(exchange?.state == .withheld && exchange?.reason == .consentDenied)
        night.clock.advance(seconds: 3601)
        _ = try await night.run("night-2")
        #expect(night.payer.received.count == 1)
        let evidence = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first?
            .consent
        #expect(evidence?.consent == night.identities.key(source: "med0", type: "Consent", id: "other"))
        #expect(evidence?.rule.hasPrefix("a consent was withdrawn or refused after the one") == true)
    }

    private static func record(_ other: Other, _ night: Night) throws {
        for record in try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        where record.type == "Consent" {
            var json = record.json
            json["dateTime"] = other.given.map { .string($0) }
            night.payer.put(try Resource(.object(json)))
            let text = String(decoding: record.serialized(), as: UTF8.self)
                .replacing("consent-joe", with: "other").replacing("\"active\"", with: "\"\(other.status)\"")
                .replacing("\"type\":\"permit\"", with: "\"type\":\"\(other.type)\"")
                .replacing("1234567893", with: other.source)
            var second = try Resource(parsing: Array(text.utf8)).json
            second["meta"] = other.touched.map { ["lastUpdated": .string($0)] }
            night.payer.put(try Resource(.object(second)))
        }
    }
}
