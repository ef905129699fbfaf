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

    @Test(
        "tells how many of several bundles, and of their entries, the payer has acknowledged; of one its state says it")
    func progress() {
        let detail = Self.detail(of: [(.acknowledged, 20), (.retrying, 12), (.acknowledged, 3), (.queued, 1200)])

        #expect(
            ExchangeSheet(detail: detail, options: "").text.contains(
                "bundles, 2 of 4 acknowledged: 23 of 1,235 entries\n  part 1  acknowledged"))
        #expect(detail.json["acknowledged"] == 2)
        #expect(
            ExchangeSheet(detail: Self.detail(of: [(.queued, 5)]), options: "").text.contains(
                "bundles\n  part 1  queued"))
    }

    @Test("counts what is in its bundles and what the payer had, and says why without a code, too")
    func resources() throws {
        let entries = (2..<36).map {
            ExchangeManifest.Entry(key: ResourceKey(bits: $0), contentHash: 1, leftOut: nil)
        }
        let moment = Instant(milliseconds: 0)
        let exchange = Exchange(
            id: "ex-2", job: "nightly", run: "r", member: ResourceKey(bits: 1), clinic: "clinic0", payer: "med0",
            state: .acknowledged, detail: "nothing of it is new", fingerprint: 0, manifest: ExchangeManifest(entries),
            unchanged: 34, mapping: "m", created: moment, updated: moment)
        let detail = ExchangeDetail(exchange: exchange, submissions: [], receipts: [], audit: [])

        let text = ExchangeSheet(detail: detail, options: "").text

        #expect(text.hasPrefix("exchange ex-2 · acknowledged\n  nothing of it is new\n"))
        #expect(text.contains("0 in bundles, 34 unchanged, 0 left out"))
        #expect(detail.json["resources"] == ["carried": 0, "unchanged": 34, "left-out": [:]])
    }

    @Test("names the step from which something older than a restoration can be replayed")
    func next() {
        var exchange = Self.detail.exchange
        exchange.state = .parked
        var detail = ExchangeDetail(exchange: exchange, submissions: [], receipts: [], audit: [])
        let plain = ExchangeSheet(detail: detail, options: "").text
        detail.predatesRestoration = true

        #expect(plain.hasSuffix(" replay ex-1 --dry-run"))
        #expect(ExchangeSheet(detail: detail, options: "").text.hasSuffix(" replay ex-1 --from pull --dry-run"))
        exchange.reason = .matchAmbiguous
        detail = ExchangeDetail(exchange: exchange, submissions: [], receipts: [], audit: [])
        #expect(ExchangeSheet(detail: detail, options: "").text.hasSuffix(" members explain \(exchange.member)"))
    }

    @Test("tells the key of the clinic's patient from that of the payer's member, who is nobody until recognised")
    func people() {
        var exchange = Self.detail.exchange
        let unknown = ExchangeDetail(exchange: exchange, submissions: [], receipts: [], audit: [])
        exchange.match = MatchEvidence(member: ResourceKey(bits: 9), rule: "member-id", value: nil, via: nil)
        let detail = ExchangeDetail(exchange: exchange, submissions: [], receipts: [], audit: [])

        let text = ExchangeSheet(detail: detail, options: "").text

        #expect(text.contains("  patient     0000000000000001\n  member      0000000000000009\n"))
        #expect(!ExchangeSheet(detail: unknown, options: "").text.contains("  member "))
        #expect(detail.json["patient"] == "0000000000000001" && detail.json["member"] == "0000000000000009")
        #expect(unknown.json["patient"] == "0000000000000001" && unknown.json["member"] == .null)
    }

    @Test("says of one that only takes back why it brings nothing")
    func takesBack() {
        let exchange = Exchange(
            id: "ex-2", job: "nightly", run: "r", member: ResourceKey(bits: 1), clinic: "clinic0", payer: "med0",
            state: .acknowledged, fingerprint: 0,
            manifest: ExchangeManifest([
                .init(key: ResourceKey(bits: 1), contentHash: 1, leftOut: .consentDenied),
                .init(key: ResourceKey(bits: 2), contentHash: 1, leftOut: .retractedByDelete),
            ]), mapping: "m", created: Instant(milliseconds: 0), updated: Instant(milliseconds: 0))
        let detail = ExchangeDetail(exchange: exchange, submissions: [], receipts: [], audit: [])

        #expect(
            ExchangeSheet(detail: detail, options: "").text.contains(
                "  takes back  and brings nothing: consent.denied\n"))
        #expect(detail.json["takes-back-for"] == "consent.denied")
        #expect(Self.detail.json["takes-back-for"] == .null)
    }

    private static func detail(of parts: [(SubmissionState, Int)]) -> ExchangeDetail {
        let submissions = parts.enumerated().map { index, part in
            Submission(
                id: "ex-1-\(index + 1)", exchange: "ex-1", clinic: "clinic0", payer: "med0",
                member: ResourceKey(bits: 1), part: index + 1, state: part.0, notBefore: Instant(milliseconds: 0),
                entries: part.1, bytes: 9, contentDigest: "", lane: .nightly)
        }
        return ExchangeDetail(
            exchange: detail.exchange, submissions: submissions, receipts: [], audit: [])
    }
}
