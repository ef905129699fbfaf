import FHIR
import Foundation
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// What is left when a restoration ends at any of its steps.
@Suite("A restoration that fails loses nothing")
struct RestoreFaultTests {
    private let place: TemporaryPlace
    private var copy: String { place.path + ".copy" }
    private var kept: String { "\(place.path).before-\(Self.restoration.stamp)" }
    private static let restoration = StoreRestoration(
        at: Instant(milliseconds: 1_780_000_000_000), actor: "tests", reason: "a test")

    init() throws {
        place = try TemporaryPlace()
    }

    @Test("at each step the store is where it was, with what its log held last", arguments: RestoreStep.allCases)
    func keepsEverything(step: RestoreStep) async throws {
        try await leaveRowInLog()

        let image = try await fail(at: step)

        #expect(try await rows(of: image + "/pdex.db") == 1)
        #expect(try await rows(of: place.path) == 1)
        #expect(!exists(kept) && !exists(kept + "-wal") && !exists(place.path + ".restoring"))
    }

    @Test(
        "at each step a damaged store has its log beside it, under one name or the other",
        arguments: RestoreStep.allCases)
    func keepsTheDamaged(step: RestoreStep) async throws {
        try await leaveRowInLog()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: place.path))
        try file.write(contentsOf: Data("no SQLite file at all".utf8))
        try file.close()
        let before = [bytes(place.path), bytes(place.path + "-wal")]

        let image = try await fail(at: step)

        let imaged = "\(image)/pdex.db"
        let second = "\(imaged).before-\(Self.restoration.stamp)"
        #expect([imaged, second].contains { [bytes($0), bytes($0 + "-wal")] == before })
        #expect([bytes(place.path), bytes(place.path + "-wal")] == before)
        #expect(!exists(kept) && !exists(kept + "-wal"))
    }

    @Test(
        "what was acknowledged last is in the store that is kept, and no log meets the restored one",
        arguments: [true, false])
    func keepsTheLast(isDamaged: Bool) async throws {
        try await leaveRowInLog()
        if isDamaged { try Data("no SQLite file at all".utf8).write(to: URL(fileURLWithPath: place.path)) }
        let log = bytes(place.path + "-wal")

        let restored = try await restore { _ in }

        #expect(!exists(place.path + "-wal"))
        #expect(try await rows(of: place.path) == 0)
        let name = try #require(restored.kept)
        if isDamaged {
            #expect(bytes(name + "-wal") == log)
        } else {
            #expect(try await rows(of: name) == 1)
        }
    }

    @Test("a log that lost its database does not meet the restored one")
    func lonelyLog() async throws {
        try await leaveRowInLog()
        try FileManager.default.removeItem(atPath: place.path)

        let restored = try await restore { _ in }

        #expect(restored.kept == nil)
        #expect(try await rows(of: place.path) == 0)
        #expect(exists(kept + "-wal"))
    }

    private struct Failure: Error {}

    /// Fails at a step; returns the folder as a crash at that instant would leave it.
    private func fail(at step: RestoreStep) async throws -> String {
        let image = place.path + ".image"
        await #expect(throws: Failure.self) {
            _ = try await restore { passed in
                guard passed == step else { return }
                try takeImage(image)
                throw Failure()
            }
        }
        return image
    }

    private func takeImage(_ image: String) throws {
        let folder = URL(fileURLWithPath: place.path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: image, withIntermediateDirectories: true)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        for name in names where !name.hasSuffix("-shm") && !name.hasSuffix(".lock") && !name.hasSuffix(".image") {
            try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(image)/\(name)")
        }
    }

    private func restore(passing: (RestoreStep) throws -> Void) async throws -> RestoredStore {
        try await SQLiteExchangeStore.restore(
            from: copy, to: place.path, digests: .standIn, identities: .standIn(1), Self.restoration, passing: passing)
    }

    /// Backs up a store without a submission; then commits one, and ends as a crash does: with the log beside the file.
    private func leaveRowInLog() async throws {
        let names = [place.path, place.path + "-wal"]
        func work() async throws {
            let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
            _ = try await store.backUp(to: copy)
            try await store.checkpoint()
            _ = try await store.claimOne(bundle: [1, 2, 3])
            for name in names { try FileManager.default.copyItem(atPath: name, toPath: name + ".crashed") }
        }
        try await work()
        for name in names {
            try? FileManager.default.removeItem(atPath: name)
            try FileManager.default.moveItem(atPath: name + ".crashed", toPath: name)
        }
        try? FileManager.default.removeItem(atPath: place.path + "-shm")
        try #require(bytes(place.path + "-wal")?.isEmpty == false)
    }

    private func rows(of path: String) async throws -> Int? {
        let store = try SQLiteExchangeStore.open(path: path, digests: .standIn)
        return try await store.read { try $0.statistics().rows["submission"] }
    }

    private func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
