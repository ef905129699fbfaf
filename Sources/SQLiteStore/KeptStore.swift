import GRDB
import Glibc
import PDex

/// The store that a backup replaces: kept under another name, and put back when the restoration fails (R16).
///
/// A log must never meet another database, so it cannot stay where it is; and it holds the latest commits, so it is
/// never taken from a store that needs it. First, its content is copied into the file. If that fails because the store
/// is damaged, file and log both get their second names before either loses its first.
struct KeptStore {
    private let path: String
    /// The name under which it is kept.
    let name: String

    private var log: String { path + "-wal" }
    private var keptLog: String { name + "-wal" }

    /// Puts the store at `path` aside; nil when there is none. After a failure it is where and as it was.
    static func put(
        aside path: String, stamp: String, passing: (RestoreStep) throws -> Void
    ) throws -> KeptStore? {
        let kept = KeptStore(path: path, name: "\(path).before-\(stamp)")
        guard !exists(kept.name), !exists(kept.keptLog) else { throw kept.failure("is there already") }
        guard exists(path) else {
            // A log without its database is useless, and must not meet another.
            guard !exists(kept.log) || rename(kept.log, kept.keptLog) == 0 else { throw kept.failure("cannot be made") }
            return nil
        }
        kept.merge()
        try passing(.merged)
        do {
            guard link(path, kept.name) == 0 else { throw kept.failure("cannot be made") }
            guard !exists(kept.log) || link(kept.log, kept.keptLog) == 0 else { throw kept.failure("cannot be made") }
            try SQLiteExchangeStore.sync(kept.name)
            try passing(.linked)
            unlink(kept.log)
            unlink(path + "-shm")
            try SQLiteExchangeStore.sync(kept.name)
            try passing(.parted)
        } catch {
            kept.putBack()
            throw error
        }
        return kept
    }

    /// Gives the store its log back, and removes the second names.
    func putBack() {
        guard !Self.exists(keptLog) || Self.exists(log) || link(keptLog, log) == 0 else { return }
        unlink(keptLog)
        unlink(name)
    }

    /// Copies the log's content into the file; when the store cannot be opened, the log stays as it is.
    private func merge() {
        guard Self.exists(log) else { return }
        var configuration = Configuration()
        configuration.label = "pdex.store.merge"
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { connection in
                try connection.execute(sql: "PRAGMA synchronous = FULL")
                _ = try connection.checkpoint(.truncate)
            }
            try queue.close()
        } catch {
            // Then file and log are kept side by side.
        }
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private func failure(_ what: String) -> Fault {
        Fault(
            .storeFailed, .stop, "\(name), where the present store is to be kept, \(what) (errno \(errno))",
            hint: "check space and permissions of the store's folder; nothing was changed")
    }
}
