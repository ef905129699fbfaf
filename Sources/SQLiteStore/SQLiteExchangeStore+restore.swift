import FHIR
import GRDB
import Glibc
public import PDex

extension SQLiteExchangeStore {
    /// Replaces the store at `path` by a backup, and keeps the previous file beside it. (R16)
    ///
    /// The backup is copied, brought up to date, checked, and made safe to run: see ``StoreRestoration``. `identities`
    /// are those of the deployment's secret, by which a backup made under another one is recognised. Throws
    /// `store.locked` while another process has the store open, `store.newer` or `store.corrupt` when the backup is not
    /// a usable store, `store.failed` when it was made under another secret; then nothing was changed.
    public static func restore(
        from backup: String, to path: String, digests: Digests, identities: Identities, _ restoration: StoreRestoration
    ) async throws -> RestoredStore {
        try await restore(
            from: backup, to: path, digests: digests, identities: identities, restoration, passing: { _ in })
    }

    /// The same; `passing` is called after each step, and an error that it throws is a failure there.
    static func restore(
        from backup: String, to path: String, digests: Digests, identities: Identities,
        _ restoration: StoreRestoration, passing: (RestoreStep) throws -> Void
    ) async throws -> RestoredStore {
        let file = StoreFile(path: path)
        try demandWhole(backup, besides: path)
        let lock = try StoreLock(path: file.lockPath, timeout: .seconds(1))
        try lock.hold()
        defer { lock.letGo() }
        try refuseOpen(path)
        let fresh = path + ".restoring"
        remove(fresh)
        defer { remove(fresh) }
        try copy(backup, to: fresh)
        let found = try await prepared(fresh, of: backup, digests: digests, identities, restoration)
        try passing(.prepared)
        let kept = try KeptStore.put(aside: path, stamp: restoration.stamp, passing: passing)
        guard rename(fresh, path) == 0 else {
            let fault = failure("the restored store cannot be put in its place")
            kept?.putBack()
            throw fault
        }
        try sync(path)
        return RestoredStore(
            statistics: found.statistics, cancelled: found.cancelled, last: found.last, kept: kept?.name)
    }

    /// Refuses a backup that is not a file of its own, is empty, or was copied from a store in use.
    private static func demandWhole(_ backup: String, besides path: String) throws(Fault) {
        var (status, other) = (stat(), stat())
        guard stat(backup, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Fault(.storeFailed, .stop, "there is no backup \(backup)", hint: "give the file of a backup")
        }
        guard status.st_size > 0 else {
            throw Fault(
                .storeCorrupt, .stop, "\(backup) is empty: no backup was written to it",
                hint: "take another backup; nothing was changed")
        }
        if stat(path, &other) == 0, other.st_ino == status.st_ino, other.st_dev == status.st_dev {
            throw Fault(.storeFailed, .stop, "\(backup) is the store itself", hint: "give the file of a backup")
        }
        var log = stat()
        guard stat(backup + "-wal", &log) != 0 || log.st_size == 0 else {
            throw Fault(
                .storeCorrupt, .stop, "\(backup) has a log beside it: it was copied from a store at work",
                hint: "restore what  pdex store backup  made")
        }
    }

    /// Refuses a store that is open: every open connection holds a lock in this range of the file.
    private static func refuseOpen(_ path: String) throws(Fault) {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var range = flock()
        range.l_type = Int16(F_WRLCK)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = 0x4000_0000
        range.l_len = 512
        guard fcntl(descriptor, Self.askForLocksOfAll, &range) == 0, range.l_type == Int16(F_UNLCK) else {
            throw Fault(
                .storeLocked, .stop, "another process has the store open (\(range.l_pid))",
                hint: "stop pdex serve and every other pdex, then try again")
        }
    }

    /// `F_OFD_GETLK`: like F_GETLK, but also reports locks of this very process.
    private static let askForLocksOfAll: Int32 = 36

    /// Opens the copy, checks it, and makes it safe to run.
    private static func prepared(
        _ path: String, of backup: String, digests: Digests, _ identities: Identities, _ restoration: StoreRestoration
    ) async throws -> (statistics: StoreStatistics, cancelled: Int, last: Instant?) {
        let (store, findings) = try await openedCopy(path, of: backup, digests: digests)
        guard findings.isEmpty else {
            throw Fault(
                .storeCorrupt, .stop,
                "the backup is damaged: \(findings.count) findings, the first \(findings[0].check)",
                hint: "take an earlier backup; nothing was changed")
        }
        guard try await store.isMade(under: identities) else {
            throw Fault(
                .storeFailed, .stop, "the backup was made under another identity secret: every id would be another",
                hint: "restore the identity secret that belongs to it first; nothing was changed")
        }
        let (last, cancelled) = try await store.restored(restoration)
        let statistics = try await store.read { try $0.statistics() }
        try await store.checkpoint()
        return (statistics, cancelled, last)
    }

    /// Reports a damaged copy as damage of the backup: the store itself may be well.
    private static func openedCopy(
        _ path: String, of backup: String, digests: Digests
    ) async throws -> (SQLiteExchangeStore, [StoreFinding]) {
        do {
            let store = try open(path: path, digests: digests)
            return (store, try await store.check())
        } catch let fault as Fault where fault.code == .storeCorrupt {
            throw Fault(
                .storeCorrupt, .stop, "the backup \(backup) cannot be used: \(fault.message)",
                hint: "take another backup; nothing was changed")
        }
    }

    private static func copy(_ source: String, to path: String) throws(Fault) {
        let input = Glibc.open(source, O_RDONLY | O_CLOEXEC)
        let output = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        defer {
            if input >= 0 { close(input) }
            if output >= 0 { close(output) }
        }
        guard input >= 0, output >= 0 else { throw failure("\(source) cannot be copied") }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(input, &buffer, buffer.count)
            guard count >= 0 else { throw failure("\(source) cannot be read") }
            guard count > 0 else { return }
            var start = 0
            while start < count {
                let written = buffer.withUnsafeBytes {
                    Glibc.write(output, $0.baseAddress?.advanced(by: start), count - start)
                }
                guard written > 0 else { throw failure("the copy cannot be written") }
                start += written
            }
        }
    }

    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", ".lock"] { unlink(path + suffix) }
    }

    private static func failure(_ what: String) -> Fault {
        Fault(
            .storeFailed, .stop, "\(what) (errno \(errno))", hint: "check space and permissions of the store's folder")
    }
}
