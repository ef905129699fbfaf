import FHIR
import Foundation
import Glibc
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// Backups that replace the store.
struct RestoreTests {
    private let place: TemporaryPlace
    private var copy: String { place.path + ".copy" }
    private static let restoration = StoreRestoration(
        at: Instant(milliseconds: 1_780_000_000_000), actor: "tests", reason: "a test")

    init() throws {
        place = try TemporaryPlace()
    }

    @Test("the store is as it was when it was backed up, and the one that was there is kept")
    func restores() async throws {
        try await work { store in
            _ = try await store.backUp(to: copy)
            _ = try await store.claimOne(bundle: [1, 2, 3])
        }

        let restored = try await restore()

        let kept = try #require(restored.kept)
        #expect(try await rows(of: place.path) == 0)
        #expect(try await rows(of: kept) == 1)
        var status = stat()
        #expect(stat(place.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("what waited is cancelled with a line in the audit trail each, and nothing can be claimed")
    func cancels() async throws {
        try await work { store in
            _ = try await store.claimOne(bundle: [1, 2, 3])
            _ = try await store.backUp(to: copy)
        }

        let restored = try await restore()

        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        let (exchanges, due, trail, isOld) = try await store.read { reader in
            (
                try reader.exchanges(matching: ExchangeFilter(), limit: 9).map(\.reason),
                try reader.queued().count, try reader.audit(after: 0, limit: 99).map(\.entry.action),
                try reader.exchanges(matching: ExchangeFilter(), limit: 9).map { try reader.predatesRestoration($0.id) }
            )
        }
        #expect(restored.cancelled == 1)
        #expect(exchanges == [.storeRestored])
        #expect(due == 0)
        #expect(trail.suffix(2) == ["exchange.cancelled", "store.restored"])
        #expect(isOld == [true])
        #expect(try await store.check() == [])
        #expect(try await store.read { try $0.runs(ofJob: nil, limit: 9).map(\.state) }.contains(.running) == false)
    }

    @Test("a request whose answer waited is asked again, and one whose answer arrived is not")
    func requests() async throws {
        try await work { store in
            let claim = try await store.claimOne(bundle: [1, 2, 3])
            let run = try await store.read { try $0.exchange(claim.exchange)?.run }
            for (id, run) in [("waited", run), ("arrived", "another")] {
                try await store.write { writer in
                    let at = Self.restoration.at
                    let request = MemberRequest(
                        id: id, job: "nightly", payer: "med0", patient: "p1", since: nil, types: [], accepted: at,
                        due: at)
                    let entry = AuditEntry(at: at, actor: "tests", action: "request", reason: id)
                    _ = try writer.accept(request, audit: entry)
                    for state in [MemberRequestState.inProgress, .completed] {
                        _ = try writer.advance(
                            memberRequest: id, to: state, run: run, reason: nil, at: at, audit: entry)
                    }
                }
            }
            _ = try await store.backUp(to: copy)
        }

        _ = try await restore()

        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        let states = try await store.read { reader in
            try ["waited", "arrived"].map { try reader.memberRequest($0)?.state }
        }
        let trail = try await store.read { try $0.audit(after: 0, limit: 99).map(\.entry) }
        #expect(states == [.requested, .completed])
        #expect(trail.filter { $0.action == "request.requested" }.map(\.reason) == ["waited: store.restored"])
    }

    @Test("a store that somebody has open is not replaced")
    func isOpen() async throws {
        try await work { _ = try await $0.backUp(to: copy) }
        let holder = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        _ = try await holder.read { try $0.statistics() }

        let fault = await #expect(throws: Fault.self) { _ = try await restore() }
        withExtendedLifetime(holder) {}

        #expect(fault?.code == .storeLocked)
    }

    @Test("what is no backup of this store is refused, and nothing is changed", arguments: Wrong.allCases)
    func refuses(_ wrong: Wrong) async throws {
        try await work { store in
            _ = try await store.claimOne(bundle: [1, 2, 3])
            _ = try await store.backUp(to: copy)
        }
        try wrong.make(copy)

        let fault = await #expect(throws: Fault.self) {
            let identities = Identities.standIn(wrong == .anotherSecret || wrong == .anotherSecretAndEmpty ? 2 : 1)
            _ = try await restore(from: wrong == .itself ? place.path : copy, identities)
        }

        #expect(fault?.code == wrong.code)
        #expect(try await rows(of: place.path) == 1)
        #expect(access(place.path + ".restoring", F_OK) != 0)
    }

    enum Wrong: CaseIterable {
        case missing, itself, newer, foreign, cut, empty, noDatabase, withLog, anotherSecret, anotherSecretAndEmpty

        var code: FaultCode {
            switch self {
            case .missing, .itself, .anotherSecret, .anotherSecretAndEmpty: .storeFailed
            case .newer: .storeNewer
            case .foreign, .cut, .empty, .noDatabase, .withLog: .storeCorrupt
            }
        }

        func make(_ path: String) throws {
            switch self {
            case .missing: unlink(path)
            case .itself, .anotherSecret: break
            case .newer: try RawDatabase(path).run("PRAGMA user_version = 99")
            case .foreign: try RawDatabase(path).run("PRAGMA application_id = 7")
            case .cut: truncate(path, 40_000)
            case .empty: truncate(path, 0)
            case .noDatabase:
                try Data(repeating: 65, count: 40_000).write(to: URL(fileURLWithPath: path))
            case .anotherSecretAndEmpty: try RawDatabase(path).run("DELETE FROM target; DELETE FROM staged")
            case .withLog: _ = FileManager.default.createFile(atPath: path + "-wal", contents: Data("a log".utf8))
            }
        }
    }

    @Test("vacuum gives back what deleted rows took, and keeps everything else")
    func vacuum() async throws {
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        let claim = try await store.claimOne(bundle: [UInt8](repeating: 7, count: 3_000_000))
        _ = try await store.write {
            try $0.settle(
                claim.id, epoch: claim.epoch, as: .cancelled, notBefore: nil,
                receipt: Receipt(
                    submission: claim.id, attempt: 1, status: 0, verdict: "withheld", fault: nil,
                    outcome: nil, locations: [], at: Self.restoration.at))
        }
        let rows = try await store.read { try $0.statistics().rows }

        let (before, after, isGivenBack) = try await store.vacuum()

        #expect(before - after > 2_500_000)
        #expect(isGivenBack)
        #expect(try await store.read { try $0.statistics().rows } == rows)
        #expect(try await store.check() == [])
    }

    private func restore(
        from backup: String? = nil, _ identities: Identities = .standIn(1)
    ) async throws -> RestoredStore {
        try await SQLiteExchangeStore.restore(
            from: backup ?? copy, to: place.path, digests: .standIn, identities: identities, Self.restoration)
    }

    /// Works with the store, and closes it.
    private func work(_ body: (SQLiteExchangeStore) async throws -> Void) async throws {
        let store = try SQLiteExchangeStore.open(
            path: place.path, digests: .standIn, identities: .standIn(1))
        _ = try await store.write { writer in
            var batch = StagingBatch(source: "clinic0")
            batch.bytes = Array("{}".utf8)
            batch.rows = [
                StagingBatch.Row(
                    key: Identities.standIn(1).key(source: "clinic0", type: "Patient", id: "p5"), type: "Patient",
                    id: "p5", versionID: nil, lastUpdated: nil,
                    patient: nil, contentHash: 1, range: 0..<2)
            ]
            return try writer.stage(batch)
        }
        try await body(store)
        try await store.checkpoint()
    }

    private func rows(of path: String) async throws -> Int? {
        let store = try SQLiteExchangeStore.open(path: path, digests: .standIn)
        return try await store.read { try $0.statistics().rows["submission"] }
    }
}
