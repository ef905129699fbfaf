import FHIR
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// From one version of the schema to the next.
struct MigrationTests {
    private let place: TemporaryPlace

    init() throws {
        place = try TemporaryPlace()
    }

    @Test("an older store is brought up to date when it is opened, with what it holds")
    func migrated() async throws {
        try await SQLiteExchangeStore.open(path: place.path, digests: .standIn).recordEntries(2)
        let store = try open(adding: "CREATE TABLE added (a INTEGER) STRICT")
        #expect(try await store.read { try $0.statistics().schemaVersion } == Schema.current.version + 1)
        #expect(try await store.read { try $0.audit(after: 0, limit: 9).count } == 2)
        #expect(try RawDatabase(place.path).text("SELECT name FROM sqlite_master WHERE name = 'added'") == ["added"])
    }

    @Test(
        "requests of before version 14 are nobody's, may be at risk, and are for the payer of their run, if they had one"
    )
    func requests() async throws {
        let before = Schema(texts: Array(Schema.current.texts.prefix(13)))
        _ = try SQLiteExchangeStore.open(
            path: place.path, digests: .standIn, options: StoreOptions(), schema: before)
        try RawDatabase(place.path).run(
            """
            INSERT INTO run (id, job, trigger, clinic, payer, instant, owner, state, summary)
            VALUES ('run-1', 'nightly', 'request', 'clinic0', 'med0', 0, 'here', 'running', x'');
            INSERT INTO member_request (id, job, patient, types, accepted, due, state, run, updated) VALUES
            ('begun', 'nightly', 'joe', '', 1000, 5000, 'requested', 'run-1', 1000),
            ('waits', 'nightly', 'ada', '', 1000, 5000, 'requested', NULL, 1000);
            """)
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        let (at3999, at4000) = try await store.read { reader in
            (
                try reader.count(memberRequestsMatching: .init(atRiskBy: Instant(milliseconds: 3999))),
                try reader.memberRequests(matching: .init(atRiskBy: Instant(milliseconds: 4000)), limit: 9)
            )
        }
        #expect(at3999 == 0)
        #expect(at4000.map(\.payer) == ["med0", ""])
        #expect(at4000.map(\.owner) == [nil, nil])
    }

    @Test("a migration that fails leaves the store as it was")
    func failed() async throws {
        try await SQLiteExchangeStore.open(path: place.path, digests: .standIn).recordEntries(2)
        #expect(throws: Fault.self) { try open(adding: "CREATE TABLE added (a); CREATE TABLE added (b)") }
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        #expect(try await store.check() == [])
        #expect(try RawDatabase(place.path).text("SELECT name FROM sqlite_master WHERE name = 'added'") == [])
    }

    @Test("a store that is up to date is not migrated again")
    func current() async throws {
        _ = try open(adding: "CREATE TABLE added (a)")
        let store = try open(adding: "CREATE TABLE added (a)")
        #expect(try await store.read { try $0.statistics().schemaVersion } == Schema.current.version + 1)
    }

    @Test("days of care that an older version read by other rules are forgotten, those that it read alike are kept")
    func daysOfCare() async throws {
        let days = ["2026-01-02", nil, "2009-03-04", nil]
        try stageInVersion12(
            zip(["Observation", "Observation", "AllergyIntolerance", "MedicationDispense"], days).map { ($0, $1) })

        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)

        let care = try await store.read { try $0.care(of: ResourceKey(bits: 9)) }
        #expect(care.map { $0.care?.dates.first } == ["2026-01-02", nil, nil, nil])
        #expect(care.map { $0.care == nil } == [false, true, true, true])
    }

    @Test("ways are made anew by version 18, before anybody is looked for, and nothing older stages any more")
    func ways() async throws {
        let before = Schema(texts: Array(Schema.current.texts.prefix(17)))
        _ = try SQLiteExchangeStore.open(path: place.path, digests: .standIn, options: StoreOptions(), schema: before)
        let raw = try RawDatabase(place.path)
        func stage(_ key: Int) throws {
            try raw.run(
                "INSERT INTO staged (k, source, type, id, hash, raw) VALUES (\(key), 1, 1, 'r\(key)', 1, x'7B7D')")
        }
        try raw.run(
            """
            INSERT INTO source (rid, name) VALUES (1, 'med0');
            INSERT INTO type (rid, name) VALUES (1, 'Patient');
            INSERT INTO link (link, member) VALUES (5, 1);
            INSERT INTO scope (source, name, at) VALUES (1, 'records', 7), (1, 'everything', 8);
            """)
        try stage(1)

        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)

        let (led, records, everything, staged) = try await store.read { reader in
            (
                try reader.members(linkedBy: 5), try reader.watermark(source: "med0", scope: "records"),
                try reader.watermark(source: "med0", scope: "everything"), try reader.staged(ResourceKey(bits: 1))
            )
        }
        #expect(led == [] && records == nil)
        #expect(everything == Instant(milliseconds: 8))
        #expect(staged?.bytes == Array("{}".utf8))
        #expect(throws: (any Error).self) { try stage(2) }
    }

    @Test("ways are made anew by version 19, too, before anybody is looked for, and what is kept of people stays")
    func pairs() async throws {
        let before = Schema(texts: Array(Schema.current.texts.prefix(18)))
        _ = try SQLiteExchangeStore.open(path: place.path, digests: .standIn, options: StoreOptions(), schema: before)
        try RawDatabase(place.path).run(
            """
            INSERT INTO source (rid, name) VALUES (1, 'med0');
            INSERT INTO link (link, member) VALUES (5, 1);
            INSERT INTO person (k, source) VALUES (1, 1);
            INSERT INTO indexed (k, payer, basis, ways) VALUES (1, 1, 2, x'0000000000000005');
            INSERT INTO scope (source, name, at) VALUES (1, 'records', 7), (1, 'everything', 8);
            """)

        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)

        let (led, basis, records, everything) = try await store.read { reader in
            (
                try reader.members(linkedBy: 5), try reader.indexBasis(of: ResourceKey(bits: 1), for: "med0"),
                try reader.watermark(source: "med0", scope: "records"),
                try reader.watermark(source: "med0", scope: "everything")
            )
        }
        #expect(led == [] && basis == nil && records == nil)
        #expect(everything == Instant(milliseconds: 8))
        #expect(try RawDatabase(place.path).text("SELECT count(*) FROM person") == ["1"])
    }

    @Test("a job's last tick is kept by version 21, and was that of its latest scheduled run before, however it ended")
    func ticks() async throws {
        let before = Schema(texts: Array(Schema.current.texts.prefix(20)))
        _ = try SQLiteExchangeStore.open(path: place.path, digests: .standIn, options: StoreOptions(), schema: before)
        try RawDatabase(place.path).run(
            """
            INSERT INTO run (id, job, trigger, clinic, payer, instant, owner, state, summary) VALUES
            ('a', 'nightly', 'schedule', 'clinic0', 'med0', 1000, 'here', 'complete', x''),
            ('b', 'nightly', 'schedule', 'clinic0', 'med0', 2000, 'here', 'failed', x''),
            ('c', 'nightly', 'manual', 'clinic0', 'med0', 3000, 'here', 'complete', x''),
            ('d', 'other', 'request', 'clinic0', 'med0', 4000, 'here', 'complete', x'');
            """)

        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)

        let ticks = try await store.read { reader in
            try ["nightly", "other"].map { try reader.lastTick(ofJob: $0)?.milliseconds }
        }
        #expect(ticks == [2000, nil])
    }

    @Test("what a request for some types made before version 22 keeps to those from then on")
    func types() async throws {
        let before = Schema(texts: Array(Schema.current.texts.prefix(20)))
        _ = try SQLiteExchangeStore.open(path: place.path, digests: .standIn, options: StoreOptions(), schema: before)
        let raw = try RawDatabase(place.path)
        let runs: [(id: String, types: String?)] = [("some", "'Condition,Encounter'"), ("all", "''"), ("night", nil)]
        for (run, types) in runs {
            try raw.run(
                """
                INSERT INTO run (id, job, trigger, clinic, payer, instant, owner, state, summary)
                VALUES ('\(run)', 'nightly', 'request', 'clinic0', 'med0', 0, 'here', 'partial', x'');
                INSERT INTO exchange (
                    id, job, run, member, clinic, payer, state, fingerprint, mapping, created, updated, manifest, carried,
                    unchanged
                ) VALUES ('\(run)', 'nightly', '\(run)', 1, 'clinic0', 'med0', 'parked', 1, 'm1', 0, 0, x'00', 0, 0);
                """)
            guard let types else { continue }
            try raw.run(
                """
                INSERT INTO member_request (id, job, patient, types, accepted, due, state, run, updated)
                VALUES ('\(run)', 'nightly', 'joe', \(types), 1000, 5000, 'completed', '\(run)', 1000);
                """)
        }

        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)

        let found = try await store.read { reader in
            try ["some", "all", "night"].map { try reader.exchange($0)?.types }
        }
        #expect(found == [["Condition", "Encounter"], [], []])
    }

    @Test("what waits in the queue belongs to the job of its exchange from version 23 on, and is held with it")
    func jobsOfSubmissions() async throws {
        let before = Schema(texts: Array(Schema.current.texts.prefix(22)))
        _ = try SQLiteExchangeStore.open(path: place.path, digests: .standIn, options: StoreOptions(), schema: before)
        let raw = try RawDatabase(place.path)
        for (member, job) in ["nightly", "other"].enumerated() {
            try raw.run(
                """
                INSERT INTO run (id, job, trigger, clinic, payer, instant, owner, state, summary)
                VALUES ('\(job)', '\(job)', 'manual', 'clinic0', 'med0', 0, 'here', 'partial', x'');
                INSERT INTO exchange (
                    id, job, run, member, clinic, payer, state, fingerprint, mapping, created, updated, manifest, carried,
                    unchanged
                ) VALUES (
                    'x \(job)', '\(job)', '\(job)', \(member), 'clinic0', 'med0', 'queued', 1, 'm1', 0, 0, x'00', 0, 0);
                INSERT INTO submission (
                    id, exchange, clinic, payer, member, part, state, attempts, not_before, epoch, entries, bytes, digest
                ) VALUES ('s \(job)', 'x \(job)', 'clinic0', 'med0', \(member), 1, 'queued', 0, 0, 0, 1, 2, 'd');
                INSERT INTO bundle (submission, bytes) VALUES (last_insert_rowid(), x'7B7D');
                """)
        }

        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)

        let hold = Hold(
            subject: .job, name: "nightly", at: Instant(milliseconds: 0), actor: "tests", reason: "an outage")
        let claims = try await store.write { writer in
            _ = try writer.hold(hold)
            return try writer.lease(
                Route(clinic: "clinic0", payer: "med0"), limit: 9, owner: "w", now: Instant(milliseconds: 1),
                expiry: Instant(milliseconds: 2))
        }
        #expect(claims.map(\.submission.id) == ["s other"])
    }

    private func stageInVersion12(_ resources: [(type: String, day: String?)]) throws {
        _ = try SQLiteExchangeStore.open(
            path: place.path, digests: .standIn, options: StoreOptions(),
            schema: Schema(texts: Array(Schema.current.texts.prefix(12))))
        let raw = try RawDatabase(place.path)
        try raw.run("INSERT INTO source (rid, name) VALUES (1, 'clinic0')")
        for (index, resource) in resources.enumerated() {
            let day = resource.day.map { "'\($0)'" } ?? "NULL"
            try raw.run(
                """
                INSERT OR IGNORE INTO type (name) VALUES ('\(resource.type)');
                INSERT INTO staged (k, source, type, id, patient, hash, raw, visits, first, last) VALUES (
                    \(index), 1, (SELECT rid FROM type WHERE name = '\(resource.type)'), 'r\(index)', 9, 1, x'7B7D', x'',
                    \(day), \(day))
                """)
        }
    }

    private func open(adding sql: String) throws -> SQLiteExchangeStore {
        try SQLiteExchangeStore.open(
            path: place.path, digests: .standIn, options: StoreOptions(),
            schema: Schema(texts: Schema.current.texts + [Array(sql.utf8)]))
    }
}
