import Foundation
import PDex
import PDexTesting
import Pipeline
import SQLiteStore
import Synchronization

/// The shared store of a town; it may be backed up, and replaced by the backup.
final class TownStore: Store {
    private let place: TemporaryPlace
    private let digests: Digests
    private let current: Mutex<SQLiteExchangeStore?>
    private let backups = Mutex(0)

    init(digests: Digests) throws {
        place = try TemporaryPlace(.memory)
        self.digests = digests
        current = Mutex(try SQLiteExchangeStore.open(path: place.path, digests: digests))
    }

    func read<Value: Sendable>(_ body: @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        try await store().read(body)
    }

    func write<Value: Sendable>(_ body: @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        try await store().write(body)
    }

    private func store() throws -> SQLiteExchangeStore {
        guard let store = current.withLock({ $0 }) else {
            throw Fault(.storeFailed, .stop, "the simulated store is being restored")
        }
        return store
    }

    /// Copies the store, replacing the previous backup.
    func backUp() async throws {
        let number = backups.withLock { number in
            number += 1
            return number
        }
        _ = try await store().backUp(to: "\(place.path).backup-\(number)")
        try? FileManager.default.removeItem(atPath: "\(place.path).backup-\(number - 1)")
    }

    /// Whether there is a backup.
    var hasBackup: Bool { backups.withLock { $0 > 0 } }

    /// Replaces the store with the last backup, unchanged if `asItIs`; nobody may be using it.
    func restore(_ restoration: StoreRestoration, identities: Identities, asItIs: Bool) async throws {
        let backup = "\(place.path).backup-\(backups.withLock { $0 })"
        current.withLock { $0 = nil }
        if asItIs {
            for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: place.path + ending) }
            try FileManager.default.copyItem(atPath: backup, toPath: place.path)
        } else {
            _ = try await SQLiteExchangeStore.restore(
                from: backup, to: place.path, digests: digests, identities: identities, restoration)
        }
        let store = try SQLiteExchangeStore.open(path: place.path, digests: digests)
        current.withLock { $0 = store }
    }
}
