import FHIR
import Foundation
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// Who can read a store's files, and what is refused before it is touched.
struct StoreFilesTests {
    private let place: TemporaryPlace

    init() throws {
        place = try TemporaryPlace()
    }

    @Test("all files of a store can be read by their owner alone", arguments: ["", "-wal", "-shm", ".lock"])
    func modes(suffix: String) async throws {
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        try await store.write { try $0.setWatermark(Instant(milliseconds: 0), source: "clinic0", scope: "all") }
        #expect(try mode(of: suffix) == 0o600)
    }

    @Test("a file that others may read is refused with the command that closes it", arguments: ["", "-wal", ".lock"])
    func exposed(suffix: String) throws {
        try write("", to: suffix, mode: 0o640)
        let fault = #expect(throws: Fault.self) { try SQLiteExchangeStore.open(path: place.path, digests: .standIn) }
        #expect(fault?.code == .storeExposed)
        #expect(fault?.disposition == .stop)
        #expect(fault?.hint == "chmod 600 \(place.path)\(suffix)")
    }

    @Test("an empty file becomes a store")
    func empty() async throws {
        try write("", to: "", mode: 0o600)
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        #expect(try await store.read { try $0.statistics().schemaVersion } == Schema.current.version)
    }

    @Test("what is not a database is refused and left as it was")
    func noDatabase() throws {
        let text = String(repeating: "not a database ", count: 100)
        try write(text, to: "", mode: 0o600)
        let fault = #expect(throws: Fault.self) { try SQLiteExchangeStore.open(path: place.path, digests: .standIn) }
        #expect(fault?.code == .storeCorrupt)
        #expect(try String(contentsOfFile: place.path, encoding: .utf8) == text)
    }

    @Test(
        "a database of another program is refused and left as it was",
        arguments: [
            "CREATE TABLE theirs (a)", "PRAGMA application_id = 7", "PRAGMA user_version = 1",
            "PRAGMA application_id = 1346659704",
        ])
    func foreign(sql: String) throws {
        try RawDatabase(place.path).run(sql)
        chmod(place.path, 0o600)
        let before = try Data(contentsOf: URL(fileURLWithPath: place.path))
        let fault = #expect(throws: Fault.self) { try SQLiteExchangeStore.open(path: place.path, digests: .standIn) }
        #expect(fault?.code == .storeCorrupt)
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)) == before)
    }

    @Test("a store of a later program is refused and left as it was")
    func newer() throws {
        _ = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        try RawDatabase(place.path).run("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)")
        let before = try Data(contentsOf: URL(fileURLWithPath: place.path))
        let fault = #expect(throws: Fault.self) { try SQLiteExchangeStore.open(path: place.path, digests: .standIn) }
        #expect(fault?.code == .storeNewer)
        #expect(fault?.message == "the store has schema version 99; this program knows \(Schema.current.version)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)) == before)
    }

    @Test(
        "a store that a later program brought up to date is neither read nor written any more by one that has it open")
    func newerMeanwhile() async throws {
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        try await store.write { try $0.unlink(ResourceKey(bits: 1)) }
        try RawDatabase(place.path).run("PRAGMA user_version = 99")
        let fault = await #expect(throws: Fault.self) { try await store.write { try $0.unlink(ResourceKey(bits: 1)) } }
        let unread = await #expect(throws: Fault.self) { try await store.read { try $0.members(linkedBy: 1) } }
        #expect(fault?.code == .storeNewer && unread?.code == .storeNewer)
    }

    @Test("a directory, or a place without one, is refused")
    func noPlace() throws {
        let directory = #expect(throws: Fault.self) {
            try SQLiteExchangeStore.open(path: (place.path as NSString).deletingLastPathComponent, digests: .standIn)
        }
        let missing = #expect(throws: Fault.self) {
            try SQLiteExchangeStore.open(path: place.path + "/none/pdex.db", digests: .standIn)
        }
        #expect([directory?.code, missing?.code] == [.storeFailed, .storeFailed])
    }

    @Test("dropped bundles leave no trace in the file")
    func noTrace() async throws {
        let needle = Array("a member's data that was delivered".utf8)
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        let claim = try await store.claimOne(bundle: needle)
        try await store.checkpoint()
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)).range(of: Data(needle)) != nil)
        _ = try await store.write {
            try $0.settle(
                claim.id, epoch: claim.epoch, as: .acknowledged, notBefore: nil,
                receipt: Receipt(
                    submission: claim.id, attempt: 1, status: 200, verdict: "acknowledged", fault: nil, outcome: nil,
                    locations: [], at: Instant(milliseconds: 0)))
        }
        try await store.checkpoint()
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)).range(of: Data(needle)) == nil)
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.path + "-wal")).isEmpty)
    }

    private func mode(of suffix: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: place.path + suffix)[.posixPermissions] as? Int
    }

    private func write(_ text: String, to suffix: String, mode: mode_t) throws {
        try text.write(toFile: place.path + suffix, atomically: false, encoding: .utf8)
        chmod(place.path + suffix, mode)
    }
}
