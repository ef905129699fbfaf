import FHIR
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// What somebody with the file in hand cannot do unnoticed.
struct AuditTamperingTests {
    private static let entries = 12
    private let place: TemporaryPlace
    private let store: SQLiteExchangeStore
    private let raw: RawDatabase

    init() async throws {
        place = try TemporaryPlace()
        store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        try await store.recordEntries(Self.entries)
        raw = try RawDatabase(place.path)
    }

    @Test(
        "the database itself refuses to change, remove, replace or skip an entry",
        arguments: [
            "UPDATE audit SET reason = 'x' WHERE seq = 3", "DELETE FROM audit WHERE seq = 12",
            "INSERT OR REPLACE INTO audit SELECT 3, at, actor, action, run, exchange, 'x', hash FROM audit LIMIT 1",
            "INSERT INTO audit SELECT 14, at, actor, action, run, exchange, reason, hash FROM audit WHERE seq = 12",
        ])
    func refused(sql: String) async throws {
        #expect(throws: (any Error).self) { try raw.run(sql) }
        #expect(try await broken == nil)
    }

    @Test(
        "once the guards are removed, any changed field is found at its entry",
        arguments: [
            "at = at + 1", "actor = 'mia'", "action = action || ' '", "run = ''", "exchange = NULL", "reason = 'other'",
            "hash = zeroblob(32)",
        ], [1, 2, 7, 12])
    func changed(field: String, sequence: Int64) async throws {
        try tamper("UPDATE audit SET \(field) WHERE seq = \(sequence)")
        #expect(try await broken == sequence)
        #expect(try await store.check().map(\.check) == [.audit])
    }

    @Test("a removed entry is found, wherever it was", arguments: Int64(1)...12)
    func removed(sequence: Int64) async throws {
        try tamper("DELETE FROM audit WHERE seq = \(sequence)")
        #expect(try await broken == sequence)
    }

    @Test("a trail that was cut off is found at its end", arguments: Int64(0)...11)
    func truncated(last: Int64) async throws {
        try tamper("DELETE FROM audit WHERE seq > \(last)")
        #expect(try await broken == last + 1)
    }

    @Test("two entries that changed places are found at the first")
    func reordered() async throws {
        try tamper(
            """
            UPDATE audit SET seq = 99 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 8;
            UPDATE audit SET seq = 8 WHERE seq = 99
            """)
        #expect(try await broken == 4)
    }

    @Test("an entry that was added behind the store's back is found")
    func added() async throws {
        try tamper(
            "INSERT INTO audit SELECT 13, at, actor, action, run, exchange, reason, hash FROM audit WHERE seq = 12")
        #expect(try await broken == 13)
    }

    private var broken: Int64? {
        get async throws { try await store.read { try $0.firstBrokenAuditEntry() } }
    }

    private func tamper(_ sql: String) throws {
        try raw.run("DROP TRIGGER audit_unchanged; DROP TRIGGER audit_kept; DROP TRIGGER audit_without_gaps")
        try raw.run(sql)
    }
}
