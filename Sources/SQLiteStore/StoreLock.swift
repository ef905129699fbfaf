import Glibc
import PDex

/// The advisory lock beside a store that every write and every checkpoint of every process holds.
///
/// SQLite before 3.51.3 can corrupt a database when a commit that restarts the write-ahead log races a
/// checkpoint of another connection; Debian 12 ships 3.40.1. The lock makes that race impossible. It belongs
/// to the open file, so that it also keeps two stores of one process apart, and the kernel drops it when its
/// holder dies.
///
/// One waiting process at a time stands in the door, which is a lock of its own: a process that let go of the store and
/// wants it again waits behind that one, so that constant writing does not keep others out. The door is a brief
/// courtesy: without one, or when a process is stopped in it, the lock alone decides.
final class StoreLock: Sendable {
    private let descriptor: Int32
    private let path: String
    private let timeout: Duration
    private let courtesy: Duration

    /// The longest wait between two attempts, in microseconds.
    private static let longestWait: UInt32 = 1_000
    /// `F_OFD_SETLK` of Linux, which Glibc's module leaves out.
    private static let setOpenFileLock: Int32 = 37

    /// Opens the lock file, making it with mode 0600 when it is not there; waits for the door at most as long as
    /// `courtesy`.
    init(path: String, timeout: Duration, courtesy: Duration = .milliseconds(100)) throws(Fault) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        self.path = path
        self.timeout = timeout
        self.courtesy = courtesy
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
        defer { letGo() }
        return try body()
    }

    /// Keeps the lock until ``letGo()``; throws `store.locked` when another holder keeps it too long.
    func hold() throws {
        try acquire()
    }

    /// Lets go of what ``hold()`` took.
    func letGo() {
        flock(descriptor, LOCK_UN)
    }

    private func acquire() throws {
        let began = ContinuousClock().now
        let isInTheDoor = attempt(until: began + min(courtesy, timeout / 2)) { door(F_WRLCK) } == .had
        defer { if isInTheDoor { _ = door(F_UNLCK) } }
        switch attempt(until: began + timeout, { flock(descriptor, LOCK_EX | LOCK_NB) }) {
        case .had: return
        case .taken:
            throw Fault(
                .storeLocked, .stop, "another process has been writing to the store for longer than \(timeout)",
                hint: "fuser \(path) names the process; wait for it or end it, then try again"
            )
        case .refused(let reason):
            throw Fault(.storeFailed, .stop, "the store cannot be locked (errno \(reason)): \(path)")
        }
    }

    /// Takes or releases the door: a lock on a byte of the file that, like the other lock, belongs to the open file.
    private func door(_ type: Int32) -> Int32 {
        var byte = Glibc.flock()
        byte.l_type = Int16(type)
        byte.l_whence = Int16(SEEK_SET)
        byte.l_len = 1
        return fcntl(descriptor, Self.setOpenFileLock, &byte)
    }

    private enum Outcome: Equatable {
        case had
        /// Somebody else has had it all the time.
        case taken
        /// No such lock can be had here, for this reason (`errno`).
        case refused(Int32)
    }

    /// Tries to take a lock until `deadline`, at least once.
    private func attempt(until deadline: ContinuousClock.Instant, _ take: () -> Int32) -> Outcome {
        var wait: UInt32 = 200
        while take() != 0 {
            guard [EWOULDBLOCK, EACCES, EINTR].contains(errno) else { return .refused(errno) }
            guard ContinuousClock().now < deadline else { return .taken }
            usleep(wait)
            wait = min(wait * 2, Self.longestWait)
        }
        return .had
    }
}
