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

    private func open(adding sql: String) throws -> SQLiteExchangeStore {
        try SQLiteExchangeStore.open(
            path: place.path, digests: .standIn, options: StoreOptions(),
            schema: Schema(texts: Schema.current.texts + [Array(sql.utf8)]))
    }
}
