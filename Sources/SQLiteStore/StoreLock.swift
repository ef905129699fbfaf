import Glibc
import PDex

/// The advisory lock beside a store that every write and every checkpoint of every process holds.
///
/// SQLite before 3.51.3 can corrupt a database when a commit that restarts the write-ahead log races a
/// checkpoint of another connection; Debian 12 ships 3.40.1. The lock makes that race impossible. It belongs
/// to the open file, so that it also keeps two stores of one process apart, and the kernel drops it when its
/// holder dies.
final class StoreLock: Sendable {
    private let descriptor: Int32
    private let path: String
    private let timeout: Duration

    /// Opens the lock file, making it with mode 0600 when it is not there.
    init(path: String, timeout: Duration) throws(Fault) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        self.path = path
        self.timeout = timeout
        guard descriptor >= 0 else {
            throw Fault(
                .storeFailed, .stop, "the lock file \(path) cannot be opened (errno \(errno))",
                hint: "check that its directory exists and belongs to the service's user"
            )
        }
    }

    deinit {
        close(descriptor)
    }

    /// Runs `body` while no other holder writes; throws `store.locked` when that takes too long.
    func withLock<Value>(_ body: () throws -> Value) throws -> Value {
        try acquire()
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }

    /// Keeps the lock until ``letGo()``; throws `store.locked` when another holder does not let go of it.
    func hold() throws {
        try acquire()
    }

    /// Lets go of what ``hold()`` took.
    func letGo() {
        flock(descriptor, LOCK_UN)
    }

    private func acquire() throws {
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        var wait: UInt32 = 200
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw Fault(.storeFailed, .stop, "the store cannot be locked (errno \(errno)): \(path)")
            }
            guard clock.now < deadline else {
                throw Fault(
                    .storeLocked, .stop, "another process has been writing to the store for longer than \(timeout)",
                    hint: "fuser \(path) names the process; wait for it or end it, then try again"
                )
            }
            usleep(wait)
            wait = min(wait * 2, 10_000)
        }
    }
}
