import FHIR
import FHIRClient
import PDex
import PDexTesting
import SQLiteStore
import Testing

@testable import Pipeline

@Suite("What is kept of a resource for the join")
struct CareFactsTests {
    private let stager = Stager(
        source: "clinic0", base: "https://clinic0.example/r4",
        identities: Identities(
            secret: Array("a secret of the tests, 32 bytes!".utf8), digests: Digests { SHA256.hash($0) }))

    @Test("is what the tree says, however the resource is written", arguments: 0..<40 as Range<UInt64>)
    func same(seed: UInt64) throws {
        var random = Numbers(state: seed)
        for number in 0..<50 {
            let text = Self.text(number, &random)

            let row = try row(text)
            let read = try #require(ClinicalResource(resource(row, text), stager: stager))

            #expect(row.care == read.care, "\(text)")
        }
    }

    @Test("names the visit of its usual place, one that is named elsewhere, and one that is escaped")
    func visits() throws {
        let start = #"{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/p"},"#
        func key(_ id: String) -> ResourceKey { stager.identities.key(source: "clinic0", type: "Encounter", id: id) }
        func found(_ rest: String) throws -> [ResourceKey]? { try row(start + rest + "}").care?.visits }

        #expect(try found(#""encounter":{"reference":"Encounter/e1"}"#) == [key("e1")])
        #expect(
            try found(#""encounter":{"reference":"Encounter/e1"},"focus":[{"reference":"Encounter/e2"}]"#)
                == [key("e1"), key("e2")].sorted())
        #expect(try found(#""focus":[{"reference":"Encounter\/e2"}]"#) == [key("e2")])
        #expect(try found(#""focus":[{"reference":"\u0045ncounter/e2"}]"#) == [key("e2")])
        #expect(try found(#""focus":[{"display":"Encounter/e2"}]"#) == [])
    }

    @Test("changes nothing in how a member's resources are divided: without it they are read", arguments: 0..<20)
    func withoutFacts(seed: Int) async throws {
        var random = Numbers(state: UInt64(seed))
        var (with, without) = (StagingBatch(source: "clinic0"), StagingBatch(source: "clinic0"))
        for number in 0..<30 {
            let text = Self.text(number, &random)
            let row = try row(text)
            let start = with.bytes.count
            with.bytes += text.utf8
            func placed(_ care: CareFacts?) -> StagingBatch.Row {
                StagingBatch.Row(
                    key: row.key, type: row.type, id: row.id, versionID: nil, lastUpdated: nil, patient: row.patient,
                    care: care, contentHash: row.contentHash, range: start..<(start + text.utf8.count))
            }
            with.rows.append(placed(row.care))
            without.rows.append(placed(nil))
        }
        without.bytes = with.bytes
        let member = try #require(with.rows.first?.patient)

        let known = try await items(of: member, in: with)
        let read = try await items(of: member, in: without)

        #expect(known == read)
        #expect(known.contains { $0.contains("first") })
    }

    private func items(of member: ResourceKey, in batch: StagingBatch) async throws -> [String] {
        let store = try SQLiteExchangeStore.inMemory(digests: Digests { SHA256.hash($0) })
        _ = try await store.write { try $0.stage(batch) }
        let stager = stager
        return try await store.read { reader in
            try MemberCare(of: member, stager, reader).items.map { "\($0.key) \($0.contentHash) \($0.days)" }
        }
    }

    private func row(_ text: String) throws -> StagingBatch.Row {
        var patients = PatientKeys()
        let bytes = Array(text.utf8)
        let verdict = bytes.withUnsafeBytes {
            stager.row($0, at: 0..<bytes.count, expecting: nil, now: Instant(milliseconds: 0), patients: &patients)
        }
        let row: StagingBatch.Row? = if case .row(let row) = verdict { row } else { nil }
        return try #require(row)
    }

    private func resource(_ row: StagingBatch.Row, _ text: String) -> StagedResource {
        StagedResource(
            key: row.key, source: "clinic0", type: row.type, id: row.id, versionID: nil, lastUpdated: nil,
            patient: row.patient, contentHash: row.contentHash, bytes: Array(text.utf8))
    }

    /// A resource with some of the elements that dates and visits stand in, well or badly written.
    private static func text(_ number: Int, _ random: inout Numbers) -> String {
        func pick(_ list: [String]) -> String { list[random.below(list.count)] }
        let dates = [
            #""2026-01-02""#, #""2026-03-04T10:00:00-05:00""#, #""2025""#, #""2025-12""#, #""202\u0036-01-05T08:00""#,
            #""Jänner 2026, the second""#, "7", "null", #""""#, #"{"start":"2026-02-01"}"#, #"["2026-01-02"]"#,
        ]
        let periods = [
            #"{"start":"2026-01-02T09:00:00Z","end":"2026-01-03"}"#, #"{"end":"2026-01-03"}"#, "{}",
            #"{"start":"2024-01-01"}"#, #"{"start":{},"end":"2023-01-01"}"#, #""2026-01-02""#, "[]",
        ]
        let visits = [
            #"{"reference":"Encounter/e1"}"#, #"{"reference":"https://clinic0.example/r4/Encounter/e2"}"#,
            #"{"reference":"Encounter/e3/_history/2"}"#, #"{"reference":"Encounter\/e4"}"#,
            #"{"reference":"\u0045ncounter/e5"}"#, #"{"reference":"Encounter?identifier=a"}"#,
            #"{"reference":"https://elsewhere.example/Encounter/e6"}"#, #"{"reference":"Observation/o1"}"#,
            #"{"display":"Encounter/e7"}"#, #"[{"reference":"Encounter/e8"},{"reference":"Encounter/e9"}]"#,
            #"{"reference":"Encounter/e1","display":"back\\slash \"and\" Encounter/"}"#,
        ]
        var elements = [
            #""resourceType":"\#(pick(["Encounter", "Observation", "Condition", "AllergyIntolerance", "Goal", "CareTeam"]))""#,
            #""status":"\#(pick(["active", "final", "in-progress"]))""#,
            #""id":"e\#(number)""#, #""subject":{"reference":"Patient/p"}"#,
        ]
        for name in [
            "period", "effectivePeriod", "performedPeriod", "onsetPeriod", "servicedPeriod", "billablePeriod",
            "occurrencePeriod",
        ] where random.below(6) == 0 { elements.append("\"\(name)\":" + pick(periods)) }
        for name in [
            "effectiveDateTime", "effectiveInstant", "performedDateTime", "occurrenceDateTime", "onsetDateTime",
            "authoredOn", "recordedDate", "date", "issued", "started", "startDate", "whenHandedOver",
        ] where random.below(6) == 0 { elements.append("\"\(name)\":" + pick(dates)) }
        for name in ["encounter", "context", "partOf", "focus"] where random.below(3) == 0 {
            elements.append("\"\(name)\":" + pick(visits))
        }
        if random.below(4) == 0 { elements.append(#""contained":[{"x":[\#(pick(visits))]}]"#) }
        if random.below(4) == 0 { elements.append(#""context":{"encounter":\#(pick(visits))}"#) }
        let order = elements.indices.map { _ in random.below(1_000) }
        let shuffled = zip(order, elements).sorted { $0.0 < $1.0 }.map(\.1)
        var seen: Set<Substring> = []
        let distinct = shuffled.filter { seen.insert($0.split(separator: ":")[0]).inserted }
        return "{" + distinct.joined(separator: ",") + "}"
    }
}
