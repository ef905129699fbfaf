import Glibc
import Testing

/// The lock file of a store in the hands of somebody else.
final class HeldLock {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = open(path, O_RDWR)
        try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    }

    /// Whether somebody stands in the door of a lock: another lock of the file's first byte cannot be had.
    static func isAwaited(path: String) throws -> Bool {
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        try #require(descriptor >= 0)
        var byte = Glibc.flock()
        byte.l_type = Int16(F_WRLCK)
        byte.l_len = 1
        // F_OFD_GETLK of Linux: what stands in the way, or nothing.
        try #require(fcntl(descriptor, 36, &byte) == 0)
        return byte.l_type != Int16(F_UNLCK)
    }

    func release() {
        flock(descriptor, LOCK_UN)
    }

    deinit {
        close(descriptor)
    }
}
