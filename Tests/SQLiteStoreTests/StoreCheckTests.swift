import FHIR
import Foundation
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// What `pdex store check` finds.
struct StoreCheckTests {
    private let place: TemporaryPlace
    private let store: SQLiteExchangeStore

    init() throws {
        place = try TemporaryPlace()
        store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
    }

    @Test("a store in order has no findings")
    func sound() async throws {
        try await store.recordEntries(5)
        #expect(try await store.check() == [])
    }

    @Test("a row that refers to nothing is found")
    func dangling() async throws {
        try RawDatabase(place.path).run("INSERT INTO bundle (submission, bytes) VALUES (7, x'00')")
        let findings = try await store.check()
        #expect(findings.map(\.check) == [.references])
        #expect(findings.map(\.message) == ["row 7 of bundle refers to no row of submission"])
    }

    @Test("an index that lost its entries is found")
    func damagedIndex() async throws {
        _ = try await store.claimOne(bundle: [1])
        try RawDatabase(place.path).run(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = 'CREATE INDEX submission_owner ON submission (owner, expiry)'
                WHERE name = 'submission_owner';
            UPDATE sqlite_master SET sql = 'CREATE INDEX exchange_state ON exchange (payer)'
                WHERE name = 'exchange_state';
            PRAGMA writable_schema = OFF;
            """)
        let reopened = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        #expect(try await reopened.check().map(\.check).contains(.integrity))
    }

    @Test("a row that holds what no version wrote is reported as damage, not trusted")
    func unknownWord() async throws {
        _ = try await store.claimOne(bundle: [1])
        try RawDatabase(place.path).run(
            "PRAGMA ignore_check_constraints = ON; UPDATE exchange SET state = 'delivered', manifest = x'ff'")
        let fault = await #expect(throws: Fault.self) { _ = try await store.read { try $0.exchange("x") } }
        #expect(fault?.code == .storeCorrupt)
    }
}
