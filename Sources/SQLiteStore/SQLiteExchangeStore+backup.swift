import GRDB
import Glibc
public import PDex

extension SQLiteExchangeStore {
    /// Copies the store as it is at one instant to a new file of mode 0600, while writes go on; then checks the copy.
    ///
    /// Throws `store.failed` when the file is there already or cannot be written, `store.corrupt` when the copy is not
    /// sound: then the copy is kept to look at, and is no backup. Returns what the copy holds. (R16)
    public func backUp(to path: String) async throws -> StoreStatistics {
        guard access(path, F_OK) != 0 else {
            throw Fault(
                .storeFailed, .stop, "\(path) is there already: a backup overwrites nothing",
                hint: "give the path of a new file")
        }
        try StoreFile(path: path).prepare()
        try await reads.run { [database] in
            try Fault.translating {
                try database.unsafeRead { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
            }
        }
        try Self.sync(path)
        let copy = try Self.open(path: path, digests: digests)
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

    /// What SQLite wrote for another file is not yet durable.
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
