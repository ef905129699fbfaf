import Glibc
import Testing

/// The lock file of a store in the hands of somebody else.
final class HeldLock {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = open(path, O_RDWR)
        try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    }

    func release() {
        flock(descriptor, LOCK_UN)
    }

    deinit {
        close(descriptor)
    }
}
