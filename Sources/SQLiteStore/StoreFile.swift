import Glibc
import PDex

/// A store's files on disk: made so that only their owner can read them, and refused when others can.
struct StoreFile {
    /// The database; SQLite gives its `-wal` and `-shm` the same mode.
    let path: String

    /// The lock file beside it.
    var lockPath: String { path + ".lock" }

    /// Refuses files that others may reach (`store.exposed`), and creates the database with mode 0600 if it is missing.
    func prepare() throws(Fault) {
        for file in [path, path + "-wal", path + "-shm", lockPath] {
            try refuseExposed(file)
        }
        // An existing file is never opened: closing any descriptor of it would drop the locks that another connection
        // of this process holds on it (POSIX).
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return }
            let (why, hint) = Self.words(errno)
            throw Fault(.storeFailed, .stop, "the store \(path) cannot be made: \(why)", hint: hint)
        }
        close(descriptor)
    }

    /// What an `errno` means here, and what to do about it.
    private static func words(_ number: Int32) -> (why: String, hint: String) {
        switch number {
        case ENOENT:
            ("its folder is not there", "make it with: mkdir -p -m 700 FOLDER, as the service's user")
        case EACCES, EPERM:
            ("who runs pdex may not write into its folder", "run pdex as the user whom the folder belongs to")
        case EROFS: ("its file system is mounted read-only", "mount it so that it can be written")
        case ENOSPC, EDQUOT: ("there is no room", "make room on its file system")
        default: ("errno \(number)", "check its folder and file system")
        }
    }

    private func refuseExposed(_ file: String) throws(Fault) {
        var status = stat()
        guard stat(file, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Fault(.storeFailed, .stop, "\(file) is not a regular file", hint: "give the path of a file")
        }
        guard status.st_mode & 0o077 != 0 else { return }
        let mode = String(status.st_mode & 0o7777, radix: 8)
        throw Fault(
            .storeExposed, .stop, "\(file) has mode \(mode): others on this machine may reach it",
            hint: "chmod 600 \(file)"
        )
    }
}
