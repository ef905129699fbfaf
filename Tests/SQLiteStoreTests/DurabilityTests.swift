import FHIR
import Foundation
import GRDB
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// How the connections are set, once everything is open.
struct DurabilityTests {
    private let place: TemporaryPlace
    private let store: SQLiteExchangeStore

    init() throws {
        place = try TemporaryPlace()
        store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
    }

    @Test(
        "the writer is set as promised",
        arguments: [
            ("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1"), ("secure_delete", "1"),
            ("temp_store", "2"), ("mmap_size", "0"), ("page_size", "16384"), ("trusted_schema", "0"),
            ("application_id", "1346659704"), ("user_version", "\(Schema.current.version)"), ("busy_timeout", "5000"),
        ])
    func writer(pragma: String, value: String) throws {
        let found = try store.database.writeWithoutTransaction {
            try Row.fetchOne($0, sql: "PRAGMA \(pragma)").map { $0[0] as DatabaseValue }
        }
        #expect(found.map { "\($0)".trimmingQuotes } == value)
    }

    @Test("a reader cannot write")
    func reader() throws {
        #expect(throws: DatabaseError.self) {
            try store.database.read { try $0.execute(sql: "DELETE FROM staged") }
        }
    }

    @Test("what was committed is there after closing and opening again")
    func reopened() async throws {
        var first: SQLiteExchangeStore? = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        try await first?.recordEntries(3)
        first = nil
        let second = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        #expect(try await second.read { try $0.audit(after: 0, limit: 9).map(\.sequence) } == [1, 2, 3])
    }

    @Test("a checkpoint moves everything into the file, which is then all that is needed")
    func checkpoint() async throws {
        try await store.recordEntries(3)
        try await store.checkpoint()
        #expect(try RawDatabase(place.path).text("SELECT reason FROM audit ORDER BY seq") == ["1", "2", "3"])
        let size = try FileManager.default.attributesOfItem(atPath: place.path)[.size] as? Int
        #expect(try await store.read { try $0.statistics().fileBytes } == size)
    }
}

extension String {
    fileprivate var trimmingQuotes: String { replacing("\"", with: "") }
}
