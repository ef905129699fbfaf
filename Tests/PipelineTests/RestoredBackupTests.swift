import FHIR
import FHIRClient
import PDex
import PDexTesting
import Pipeline
import SQLiteStore
import Testing

@Suite("A restored backup")
struct RestoredBackupTests {
    @Test("never sends something older over something newer that the payer has, and ends where the payer is")
    func old() async throws {
        let place = try TemporaryPlace()
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        let store = try await Self.waitingBackup(of: night, at: place)
        try night.clinic.put(Self.visit("joe", note: "second"))
        night.clock.advance(seconds: 700)
        _ = try await Self.pipeline(of: night, on: store).run(night.firing("night-2"))
        let (held, sent) = (night.payer.held, night.payer.received.count)

        let restored = try await SQLiteExchangeStore.restore(
            from: place.path, to: place.path + ".restored", digests: Self.digests,
            identities: night.identities,
            StoreRestoration(at: night.clock.now(), actor: "tests", reason: "a test"))
        let old = try SQLiteExchangeStore.open(path: place.path + ".restored", digests: Self.digests)
        let pipeline = try Self.pipeline(of: night, on: old)
        let delivered = try await pipeline.deliver()
        let quiet = night.payer.received.count
        night.clock.advance(seconds: 60)
        let report = try await pipeline.run(night.firing("night-3"))

        #expect(restored.cancelled == 2)
        #expect(delivered == 0)
        #expect(quiet == sent)
        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 2)
        #expect(Set(night.payer.held.keys) == Set(held.keys))
        #expect(Self.notes(night) == ["second"])
    }

    @Test("sends again what was taken back after the backup, when the consent is given again before the next pull")
    func takenBack() async throws {
        let (place, night) = try Self.undoing([.joe])
        let store = try await Self.backUp(night, at: place)
        let held = Self.clinical(night)
        try await Self.follow("inactive", in: "night-2", of: night, on: store)
        let left = Self.clinical(night)
        try Self.give(night, "active")

        let pipeline = try await Self.pipeline(of: night, on: Self.restored(night, at: place))
        let reports = try await Self.nights(2, of: night, by: pipeline)

        #expect(held.count > 2 && left.isEmpty)
        #expect(Self.clinical(night) == held)
        #expect(reports.map(\.exchanges.acknowledged) == [1, 0])
        #expect(reports.map(\.exchanges.unchanged) == [0, 1])
    }

    @Test("takes back what was given again after the backup, when the consent is withdrawn before the next run")
    func takenBackAgain() async throws {
        let (place, night) = try Self.undoing([.joe])
        let store = try await Self.backUp(night, at: place) { store in
            try await Self.follow("inactive", in: "night-2", of: night, on: store)
        }
        let gone = Self.clinical(night)
        try await Self.follow("active", in: "night-3", of: night, on: store)
        let given = Self.clinical(night)
        try Self.give(night, "inactive")

        let pipeline = try await Self.pipeline(of: night, on: Self.restored(night, at: place))
        let reports = try await Self.nights(2, of: night, by: pipeline)

        #expect(gone.isEmpty && given.count > 2)
        #expect(Self.clinical(night).isEmpty)
        #expect(reports.map(\.submitted.bundles) == [1, 0])
    }

    @Test("takes back what waited to be taken back from somebody who has left the clinic's Group since")
    func leftTheGroup() async throws {
        let (place, night) = try Self.undoing([.joe, .ada])
        _ = try await Self.backUp(night, at: place) { store in
            night.payer.reply(.busy(retryAfterSeconds: 90_000))
            try await Self.follow("inactive", in: "night-2", of: night, on: store)
        }
        let before = Self.clinical(night)
        try night.clinic.put(Self.group(of: "ada"))
        let store = try await Self.restored(night, at: place)

        let reports = try await Self.nights(2, of: night, by: Self.pipeline(of: night, on: store))

        #expect(Self.clinical(night).count < before.count)
        #expect(reports.map(\.balanced) == [true, true])
        #expect(reports.map(\.submitted.bundles) == [2, 0])
        #expect(reports.map(\.exchanges.acknowledged) == [1, 0])
        #expect(reports[0].exchanges.withheld == [.consentDenied: 1])
    }

    @Test("sends of somebody who has left the clinic's Group what the clinic has now, and nothing of before")
    func fetchedAnew() async throws {
        let (place, night) = (try TemporaryPlace(), try Night([.joe, .ada], mappings: usCoreMappings))
        _ = try await Self.waitingBackup(of: night, at: place)
        try night.clinic.put(Self.visit("joe", note: "second"))
        try night.clinic.put(Self.group(of: "ada"))
        let store = try await Self.restored(night, at: place)

        let reports = try await Self.nights(2, of: night, by: Self.pipeline(of: night, on: store))

        #expect(Self.notes(night) == ["second"])
        #expect(reports.map(\.balanced) == [true, true])
        #expect(reports.map(\.exchanges.acknowledged) == [2, 0])
    }

    @Test("does not send again what the clinic deleted and the payer was made to delete after the backup")
    func deletedSince() async throws {
        let (place, night) = (
            try TemporaryPlace(), try Night([.joe], mappings: usCoreMappings, retraction: .delete)
        )
        try night.clinic.put(Self.visit("joe", note: "first"))
        let store = try await Self.backUp(night, at: place)
        night.clinic.remove("Observation", "joe-note")
        let deletion = #"{"request":{"method":"DELETE","url":"Observation/joe-note"}}"#
        night.clinic.rewrite {
            $0.deletedLines = [#"{"resourceType":"Bundle","type":"transaction","entry":[\#(deletion)]}"#]
        }
        night.clock.advance(seconds: 3600)
        _ = try await Self.pipeline(of: night, on: store).run(night.firing("night-2"))
        night.clinic.rewrite { $0.deletedLines = [] }
        let left = Self.notes(night)

        _ = try await Self.nights(1, of: night, by: Self.pipeline(of: night, on: Self.restored(night, at: place)))

        #expect(left == [])
        #expect(Self.notes(night) == [])
    }

    @Test("sends what the clinic has, also where it has by now what the backup knew, and the payer something newer")
    func sameAgain() async throws {
        let (place, night) = (try TemporaryPlace(), try Night([.joe], mappings: usCoreMappings))
        try night.clinic.put(Self.visit("joe", note: "first"))
        let store = try await Self.backUp(night, at: place)
        try night.clinic.put(Self.visit("joe", note: "second"))
        night.clock.advance(seconds: 3600)
        _ = try await Self.pipeline(of: night, on: store).run(night.firing("night-2"))
        let newer = Self.notes(night)
        try night.clinic.put(Self.visit("joe", note: "first"))

        let pipeline = try await Self.pipeline(of: night, on: Self.restored(night, at: place))
        _ = try await Self.nights(1, of: night, by: pipeline)

        #expect(newer == ["second"])
        #expect(Self.notes(night) == ["first"])
    }

    @Test("makes parked exchanges again by a run, so that they can be replayed from any step")
    func parked() async throws {
        let (place, night) = (try TemporaryPlace(), try Night([.joe], mappings: usCoreMappings))
        night.payer.reply(.refuse(422))
        _ = try await Self.backUp(night, at: place)
        let store = try await Self.restored(night, at: place)

        let reports = try await Self.nights(1, of: night, by: Self.pipeline(of: night, on: store))

        let exchanges = try await store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 9) }
        let isOld = try await store.read { reader in try exchanges.map { try reader.predatesRestoration($0.id) } }
        #expect(reports.map(\.exchanges.acknowledged) == [1])
        #expect(exchanges.map(\.state) == [.acknowledged, .cancelled])
        #expect(isOld == [false, true])
    }

    @Test("leaves what an operator had taken back")
    func takenBackByOperator() async throws {
        let (place, night) = (try TemporaryPlace(), try Night([.joe], mappings: usCoreMappings))
        night.payer.reply(.busy(retryAfterSeconds: 300))
        _ = try await Self.backUp(night, at: place) { store in
            let id = try await store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first?.id ?? ""
            let entry = AuditEntry(at: night.clock.now(), actor: "mia", action: "exchange.cancelled", exchange: id)
            try await store.write { writer in
                _ = try writer.cancelOpenSubmissions(ofExchange: id)
                try writer.advance(
                    id, to: .cancelled, reason: .cancelledByOperator, detail: nil, at: night.clock.now(), audit: entry)
            }
        }
        let store = try await Self.restored(night, at: place)

        _ = try await Self.nights(1, of: night, by: Self.pipeline(of: night, on: store))

        let exchanges = try await store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 9) }
        #expect(exchanges.map(\.reason) == [.cancelledByOperator])
        #expect(night.payer.held.isEmpty)
    }

    @Test("keeps failed entries from going alone, because it does not know whether the others are still there")
    func failedEntries() async throws {
        let (place, night) = (try TemporaryPlace(), try Night([.joe], mappings: usCoreMappings, delivery: .batch))
        night.payer.reply(.acceptAllButLast)
        _ = try await Self.backUp(night, at: place)
        let store = try await Self.restored(night, at: place)
        let pipeline = try Self.pipeline(of: night, on: store)
        let old = try #require(try await store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first)

        let fault = await #expect(throws: Fault.self) {
            _ = try await pipeline.preview(
                old, run: night.firing("again"), from: .pull, acceptingMappingChanges: false, onlyFailedEntries: true)
        }

        #expect(old.reason == .payerPartial)
        #expect(fault?.code == .exchangeNotReplayable)
        #expect(fault?.message.contains("the store was restored since") == true)
    }

    @Test(
        "sends nothing of a member whose pull is not whole, and makes nothing twice, until one is: then everything, by itself",
        arguments: ["Observation", "Patient"])
    func incomplete(type: String) async throws {
        let (place, night) = (
            try TemporaryPlace(), try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        )
        try await Self.overtake(night, at: place)
        let store = try await Self.restored(night, at: place)
        let pipeline = try Self.pipeline(of: night, on: store)
        night.clinic.rewrite {
            $0.poisons = ["\(type) joe": Fault(.remoteRefused, .halt, "refused", httpStatus: 403)]
        }

        let flawed = try await Self.nights(2, of: night, by: pipeline)
        let (between, made) = (Self.notes(night), try await Self.exchanges("joe", night, store))
        night.clinic.rewrite { $0.poisons = [:] }
        let whole = try await Self.nights(2, from: 2, of: night, by: pipeline)

        #expect(flawed.map(\.state) == [.partial, .partial])
        #expect(flawed.map(\.exchanges.withheld) == [[.storeRestored: 1], [.storeRestored: 1]])
        #expect(flawed.map(\.exchanges.acknowledged) == [1, 0])
        #expect(between == ["second"])
        #expect(made.map(\.reason) == [.storeRestored, nil])
        #expect(whole.map(\.exchanges.acknowledged) == [1, 0])
        #expect(Self.notes(night) == ["second"])
        #expect(try await Self.exchanges("joe", night, store).first?.state == .acknowledged)
    }

    @Test(
        "fetches one by one whom an export that is not whole does not bring whole, for a job with a Group and without",
        arguments: ["med0-members", nil])
    func flawedExport(group: String?) async throws {
        let (place, night) = (
            try TemporaryPlace(), try Night([.joe, .ada], mappings: usCoreMappings, by: .bulkExport, group: group)
        )
        night.clinic.rewrite { $0.systemOperations = ["export"] }
        try await Self.overtake(night, at: place)
        night.clinic.rewrite { $0.strayLines = [#"{"resourceType":"Observation","id":"#] }

        let store = try await Self.restored(night, at: place)
        let reports = try await Self.nights(2, of: night, by: Self.pipeline(of: night, on: store))

        #expect(reports.map(\.state) == [.partial, .partial])
        #expect(reports.map(\.exchanges.withheld) == [[.storeRestored: 2], [:]])
        #expect(reports.map(\.exchanges.acknowledged) == [0, 2])
        #expect(Self.notes(night) == ["second"])
    }

    @Test("fetches whole whom somebody asks for since an instant, so that nothing of before is sent as new")
    func askedSince() async throws {
        let (place, night) = (try TemporaryPlace(), try Night([.joe], mappings: usCoreMappings))
        try await Self.overtake(night, at: place)
        let pipeline = try await Self.pipeline(of: night, on: Self.restored(night, at: place))
        night.clinic.rewrite { $0.searchParameters = ["patient", "_lastUpdated"] }
        night.clock.advance(seconds: 3600)

        let report = try await pipeline.request(
            member: "joe", since: night.clock.now(), run: night.firing("request"))

        #expect(report.exchanges.acknowledged == 1)
        #expect(Self.notes(night) == ["second"])
    }

    @Test("makes nothing by a replay whose pull is not whole")
    func replayed() async throws {
        let (place, night) = (try TemporaryPlace(), try Night([.joe], mappings: usCoreMappings))
        try await Self.overtake(night, at: place)
        let store = try await Self.restored(night, at: place)
        let old = try #require(try await Self.exchanges("joe", night, store).first)
        night.clinic.rewrite { $0.refusals = ["Observation": .authForbidden] }

        let fault = await #expect(throws: Fault.self) {
            _ = try await Self.pipeline(of: night, on: store).replay(old, run: night.firing("again"), from: .pull)
        }

        #expect(fault?.code == .exchangeNotReplayable)
        #expect(try await Self.exchanges("joe", night, store).map(\.id) == [old.id])
        #expect(Self.notes(night) == ["second"])
    }

    /// A backup of a night; then the clinic writes something newer, which the payer gets.
    private static func overtake(_ night: Night, at place: TemporaryPlace) async throws {
        try night.clinic.put(visit("joe", note: "first"))
        let store = try await backUp(night, at: place)
        try night.clinic.put(visit("joe", note: "second"))
        night.clock.advance(seconds: 3600)
        _ = try await pipeline(of: night, on: store).run(night.firing("night-2"))
        #expect(notes(night) == ["second"])
    }

    /// The exchanges of one of the clinic's patients, the newest first.
    private static func exchanges(_ patient: String, _ night: Night, _ store: any Store) async throws -> [Exchange] {
        let member = night.identities.key(source: "clinic0", type: "Patient", id: patient)
        return try await store.read { try $0.exchanges(matching: ExchangeFilter(member: member), limit: 9) }
    }

    /// A backup after a first night, and the store that continues.
    private static func backUp(
        _ night: Night, at place: TemporaryPlace, after work: (any Store) async throws -> Void = { _ in }
    ) async throws -> any Store {
        let store = try SQLiteExchangeStore.open(path: place.path + ".now", digests: digests)
        _ = try await pipeline(of: night, on: store).run(night.firing("night-1"))
        try await work(store)
        _ = try await store.backUp(to: place.path)
        return store
    }

    /// A backup in which everything waits, because the payer was busy.
    private static func waitingBackup(of night: Night, at place: TemporaryPlace) async throws -> any Store {
        try night.clinic.put(visit("joe", note: "first"))
        night.payer.reply(.busy(retryAfterSeconds: 300), .busy(retryAfterSeconds: 300))
        return try await backUp(night, at: place)
    }

    private static func restored(_ night: Night, at place: TemporaryPlace) async throws -> any Store {
        _ = try await SQLiteExchangeStore.restore(
            from: place.path, to: place.path + ".restored", digests: digests,
            identities: night.identities,
            StoreRestoration(at: night.clock.now(), actor: "tests", reason: "a test"))
        return try SQLiteExchangeStore.open(path: place.path + ".restored", digests: digests)
    }

    /// That many nights, an hour after one another.
    private static func nights(
        _ count: Int, from first: Int = 0, of night: Night, by pipeline: ExchangePipeline
    ) async throws -> [RunReport] {
        var reports: [RunReport] = []
        for number in first..<first + count {
            night.clock.advance(seconds: 3600)
            reports.append(try await pipeline.run(night.firing("restored-\(number)")))
        }
        return reports
    }

    /// A payer that wants back what was sent before a consent was withdrawn.
    private static func undoing(_ members: [NamedMember]) throws -> (TemporaryPlace, Night) {
        (try TemporaryPlace(), try Night(members, mappings: usCoreMappings, afterRevocation: .delete))
    }

    /// A run an hour later, which learns that Joe's consent has that status now.
    private static func follow(
        _ status: String, in run: String, of night: Night, on store: any Store
    ) async throws {
        try give(night, status)
        night.clock.advance(seconds: 3600)
        _ = try await pipeline(of: night, on: store).run(night.firing(run))
    }

    private static func give(_ night: Night, _ status: String) throws {
        let records = try NamedMember.joe.with { $0.consent = status }
            .payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        for record in records where record.type == "Consent" { night.payer.put(record) }
    }

    private static func group(of patient: String) throws -> Resource {
        try Resource([
            "resourceType": "Group", "id": "med0-members",
            "member": [["entity": ["reference": .string("Patient/" + patient)]]],
        ])
    }

    /// What the payer has about a member's care.
    private static func clinical(_ night: Night) -> Set<String> {
        Set(
            night.payer.held.keys.filter { ["Encounter/", "Condition/", "Observation/"].contains(where: $0.hasPrefix) })
    }

    private static let digests = Digests { SHA256.hash($0) }

    private static func pipeline(of night: Night, on store: any Store) throws -> ExchangePipeline {
        ExchangePipeline(
            terms: night.pipeline.terms, clinic: night.clinic, payer: night.payer, store: store,
            mappings: try LoadedMappings.set(in: usCoreMappings, digests: digests),
            identities: night.identities, clock: night.clock, random: { 0.5 }, owner: "tests")
    }

    private static func visit(_ id: String, note: String) throws -> Resource {
        try Resource([
            "resourceType": "Observation", "id": .string(id + "-note"), "status": "final",
            "category": [
                [
                    "coding": [
                        [
                            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                            "code": "laboratory",
                        ]
                    ]
                ]
            ],
            "code": ["coding": [["system": "http://loinc.org", "code": "2339-0"]]],
            "subject": ["reference": .string("Patient/" + id)],
            "encounter": ["reference": .string("Encounter/" + id + "-visit")],
            "effectiveDateTime": "2026-05-04T09:10:00-05:00", "valueString": .string(note),
        ])
    }

    /// What the payer's notes say.
    private static func notes(_ night: Night) -> [String] {
        night.payer.held.values.compactMap { $0["valueString"]?.string }
    }
}
