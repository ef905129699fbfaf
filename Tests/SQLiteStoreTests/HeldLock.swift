import Glibc
import Testing

/// The lock file of a store, held by another process.
final class HeldLock {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = open(path, O_RDWR)
        try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    }

    /// Stands in the door of a lock, and does not take it.
    init(doorOf path: String) throws {
        descriptor = open(path, O_RDWR)
        // F_OFD_SETLK of Linux.
        try #require(Self.askForDoor(descriptor, 37) != nil)
    }

    /// Whether somebody stands in the door of a lock.
    static func isAwaited(path: String) throws -> Bool {
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        // F_OFD_GETLK of Linux: what stands in the way, or nothing.
        let found = try #require(askForDoor(descriptor, 36))
        return found.l_type != Int16(F_UNLCK)
    }

    /// The door is a lock of the file's first byte, which belongs to the open file.
    private static func askForDoor(_ descriptor: Int32, _ command: Int32) -> Glibc.flock? {
        var byte = Glibc.flock()
        byte.l_type = Int16(F_WRLCK)
        byte.l_len = 1
        return fcntl(descriptor, command, &byte) == 0 ? byte : nil
    }

    func release() {
        flock(descriptor, LOCK_UN)
    }

    deinit {
        close(descriptor)
    }
}
