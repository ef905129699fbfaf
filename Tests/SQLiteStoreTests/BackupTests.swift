import Foundation
import Glibc
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// Copies that are made while the service goes on.
struct BackupTests {
    private let place: TemporaryPlace
    private let store: SQLiteExchangeStore
    private var copy: String { place.path + ".copy" }

    init() throws {
        place = try TemporaryPlace()
        store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
    }

    @Test("a backup holds what the store held, is sound, and nobody else may read it")
    func holds() async throws {
        _ = try await store.claimOne(bundle: [1, 2, 3])

        let counted = try await store.backUp(to: copy)

        let original = try await store.read { try $0.statistics() }
        #expect(counted.rows == original.rows)
        #expect(counted.rows["submission"] == 1)
        var status = stat()
        #expect(stat(copy, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("what is written after the copy was made is not in it, and the copy can be worked with")
    func works() async throws {
        _ = try await store.backUp(to: copy)
        _ = try await store.claimOne(bundle: [1, 2, 3])

        let restored = try SQLiteExchangeStore.open(path: copy, digests: .standIn)
        _ = try await restored.claimOne(bundle: [1, 2, 3])

        #expect(try await restored.check() == [])
        #expect(try await restored.read { try $0.statistics().rows["exchange"] } == 1)
    }

    @Test("a backup overwrites nothing")
    func keeps() async throws {
        _ = try await store.backUp(to: copy)

        let fault = await #expect(throws: Fault.self) { _ = try await store.backUp(to: copy) }

        #expect(fault?.code == .storeFailed)
    }

    @Test("what a killed backup to that name left is removed by the next one, and nobody else's")
    func removesDrafts() async throws {
        let left = [copy + ".making-4194305", copy + ".making-4194305-wal", copy + ".making-1", copy + ".other"]
        for path in left { #expect(FileManager.default.createFile(atPath: path, contents: nil)) }
        _ = try await store.backUp(to: copy)
        #expect(left.map { access($0, F_OK) == 0 } == [false, false, true, true])
    }

    @Test("what cannot be written or is not sound leaves nothing that looks like a backup", arguments: [true, false])
    func leavesNothing(isSound: Bool) async throws {
        if !isSound {
            try await store.recordEntries(3)
            try RawDatabase(place.path).run("DROP TRIGGER audit_kept; DELETE FROM audit WHERE seq = 2")
        }
        let folder = try TemporaryPlace()
        let path = isSound ? folder.path + "/is/not/there" : folder.path

        let fault = await #expect(throws: Fault.self) { _ = try await store.backUp(to: path) }

        #expect(fault?.code == (isSound ? .storeFailed : .storeCorrupt))
        #expect(!isSound || fault?.message.contains("the backup") == true)
        let left = try FileManager.default.contentsOfDirectory(
            atPath: URL(fileURLWithPath: folder.path).deletingLastPathComponent().path)
        #expect(left == [])
    }
}
