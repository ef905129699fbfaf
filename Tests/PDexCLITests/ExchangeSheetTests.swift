import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs
@testable import PDexCLI

@Suite("The sheet of one exchange")
struct ExchangeSheetTests {
    private static let detail = ExchangeDetail(
        exchange: Exchange(
            id: "ex-1", job: "nightly", run: "r", member: ResourceKey(bits: 1), clinic: "clinic0", payer: "med0",
            state: .acknowledged, reason: nil, detail: nil, fingerprint: 0,
            manifest: ExchangeManifest([
                .init(key: ResourceKey(bits: 2), contentHash: 1, leftOut: .conformanceInvalid)
            ]), carried: 1, unchanged: 0, consent: nil, match: nil, mapping: "m", replayOf: nil,
            created: Instant(milliseconds: 0), updated: Instant(milliseconds: 0)),
        submissions: [], receipts: [],
        audit: [
            RecordedAuditEntry(
                sequence: 1,
                entry: AuditEntry(
                    at: Instant(milliseconds: 0), actor: "tests", action: GateFinding.action,
                    reason: GateFinding(
                        resource: ResourceKey(bits: 2), path: "Observation.status", rule: "binding.required",
                        message: "no code from the required value set", profile: "http://example.org/p|1"
                    ).line), hash: "")
        ])

    @Test("has what the gate found, with what became of the resource")
    func findings() {
        let text = ExchangeSheet(detail: Self.detail, options: "").text

        #expect(
            text.contains(
                """
                not as the profile wants
                  left out  Observation.status  binding.required  no code from the required value set
                """))
    }

    @Test("has it for programs, too")
    func json() {
        #expect(
            Self.detail.json["findings"] == [
                [
                    "resource": "0000000000000002", "fate": "left-out", "path": "Observation.status",
                    "rule": "binding.required", "message": "no code from the required value set",
                    "profile": "http://example.org/p|1",
                ]
            ])
    }
}
