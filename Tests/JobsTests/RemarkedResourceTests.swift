import FHIR
import PDex
import Testing

@testable import Jobs

@Suite("What the gate found, as operators see it")
struct RemarkedResourceTests {
    private static let key = ResourceKey(bits: 77)

    @Test(
        "is what was written into the audit trail, whatever stands in a message",
        arguments: [
            GateFinding(
                resource: key, path: "Observation.status", rule: "binding.required", message: "no code · from the set",
                profile: "http://hl7.org/fhir/us/core/StructureDefinition/us-core-simple-observation|6.1.0"),
            GateFinding(resource: key, path: "Patient.name", rule: "cardinality.min", message: "needed", profile: ""),
            GateFinding(
                resource: nil, path: "Provenance.agent", rule: "slice.min", message: "needed",
                profile: "http://example.org/p"),
        ])
    func readBack(finding: GateFinding) {
        #expect(GateFinding(line: finding.line) == finding)
    }

    @Test("is told apart from the line that counts the rest")
    func more() {
        #expect(GateFinding(line: "and 5 more") == nil)
    }

    @Test(
        "says what became of the resource",
        arguments: [
            (FaultCode?.none, FaultCode?.none, RemarkedResource.Fate.sent),
            (nil, .conformanceInvalid, .leftOut),
            (.conformanceInvalid, .conformanceInvalid, .held),
        ])
    func fate(exchange reason: FaultCode?, entry: FaultCode?, fate: RemarkedResource.Fate) {
        let finding = GateFinding(
            resource: Self.key, path: "Observation.status", rule: "binding.required", message: "no code", profile: "")
        let detail = ExchangeDetail(
            exchange: Self.exchange(reason, entry), submissions: [], receipts: [],
            audit: ["exchange.mapped", GateFinding.action].enumerated().map { index, action in
                RecordedAuditEntry(
                    sequence: Int64(index),
                    entry: AuditEntry(
                        at: Instant(milliseconds: 0), actor: "tests", action: action, reason: finding.line),
                    hash: "")
            })

        #expect(detail.remarked.map(\.finding) == [finding])
        #expect(detail.remarked.map(\.fate) == [fate])
    }

    private static func exchange(_ reason: FaultCode?, _ entry: FaultCode?) -> Exchange {
        Exchange(
            id: "ex", job: "nightly", run: "run", member: ResourceKey(bits: 1), clinic: "clinic0", payer: "med0",
            state: reason == nil ? .acknowledged : .parked, reason: reason, detail: nil, fingerprint: 0,
            manifest: ExchangeManifest([.init(key: key, contentHash: 1, leftOut: entry)]), carried: 0, unchanged: 0,
            consent: nil, match: nil, mapping: "", replayOf: nil, created: Instant(milliseconds: 0),
            updated: Instant(milliseconds: 0))
    }
}
