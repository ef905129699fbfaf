import FoundationEssentials
import GRDB
import Glibc
public import PDex

extension SQLiteExchangeStore {
    /// Copies a snapshot of the store to a new file of mode 0600, while writes go on, and checks the copy: it gets its
    /// name only once it is whole, sound and durable.
    ///
    /// Throws `store.failed` when the file exists or cannot be written, `store.corrupt` when the copy is damaged; no
    /// unfinished copy is left behind. Returns the statistics of the copy. (R16)
    public func backUp(to path: String) async throws -> StoreStatistics {
        guard access(path, F_OK) != 0 else { throw Self.isThere(path) }
        let draft = "\(path).making-\(getpid())"
        Self.removeDrafts(of: path)
        defer { Self.remove(draft) }
        try Self.telling(of: path) { try StoreFile(path: draft).prepare() }
        try await reads.run { [database] in
            try Self.telling(of: path) {
                try Fault.translating {
                    try database.unsafeRead { try $0.execute(sql: "VACUUM INTO ?", arguments: [draft]) }
                }
            }
        }
        try Self.sync(draft)
        let statistics = try await Self.checked(draft, digests: digests)
        try Self.rename(draft, to: path)
        try Self.sync(path)
        return statistics
    }

    /// Checks a copy, and leaves it closed.
    private static func checked(_ path: String, digests: Digests) async throws -> StoreStatistics {
        let copy = try open(path: path, digests: digests)
        let findings = try await copy.check()
        guard findings.isEmpty else {
            throw Fault(
                .storeCorrupt, .stop, "the copy is damaged: \(findings.count) findings, the first \(findings[0].check)",
                hint: "run  pdex store check ; the store itself may be damaged")
        }
        let statistics = try await copy.read { try $0.statistics() }
        try await copy.checkpoint()
        return statistics
    }

    /// Gives a backup its name without replacing another file; some file systems have no hard links.
    private static func rename(_ draft: String, to path: String) throws {
        if link(draft, path) == 0 { return }
        guard errno != EEXIST else { throw isThere(path) }
        guard access(path, F_OK) != 0, Glibc.rename(draft, path) == 0 else {
            throw Fault(
                .storeFailed, .stop,
                "the backup \(path) cannot be given its name: \(String(cString: strerror(errno)))",
                hint: "check its folder")
        }
    }

    /// Removes the drafts that killed backups to the same name left: they may be whole copies.
    private static func removeDrafts(of path: String) {
        let folder = StoreFile.folder(of: path)
        let name = String(path.split(separator: "/").last ?? "") + ".making-"
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where file.hasPrefix(name) {
            let owner = file.dropFirst(name.count).prefix(while: \.isNumber)
            guard let owner = pid_t(owner), owner == getpid() || kill(owner, 0) != 0 && errno == ESRCH else { continue }
            unlink(folder + "/" + file)
        }
    }

    private static func isThere(_ path: String) -> Fault {
        Fault(
            .storeFailed, .stop, "\(path) is there already: a backup overwrites nothing",
            hint: "give the path of a new file")
    }

    /// Says in a fault that it is the backup, not the store, that cannot be written.
    private static func telling<Value>(of path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let fault as Fault where fault.code == .storeFailed {
            throw Fault(
                .storeFailed, .stop, "the backup \(path) cannot be written: \(fault.message)",
                hint: "check that its folder is there and may be written to, and the room; nothing was left of it")
        }
    }

    /// Makes a file and its entry in the folder durable: what SQLite wrote for another file is not so yet.
    static func sync(_ path: String) throws(Fault) {
        for (name, flags) in [(path, O_RDONLY), (StoreFile.folder(of: path), O_RDONLY | O_DIRECTORY)] {
            let descriptor = Glibc.open(name, flags | O_CLOEXEC)
            defer { if descriptor >= 0 { close(descriptor) } }
            guard descriptor >= 0, fsync(descriptor) == 0 else {
                throw Fault(
                    .storeFailed, .stop, "the backup \(path) cannot be made durable (errno \(errno))",
                    hint: "check space and permissions of its file system")
            }
        }
    }
}

extension StoreFile {
    /// The folder that a path is in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
