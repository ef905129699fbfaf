import Foundation
import Glibc
import PDex

/// A folder that one sandbox at a time serves: another one would lead its configuration elsewhere meanwhile. The kernel
/// lets go of it when its holder ends, however it ends.
final class SandboxLock: Sendable {
    private let descriptor: Int32

    /// Takes the folder, making it when it is missing. Throws `folder.in-use`, and `config.invalid` when it cannot be
    /// used.
    init(_ folder: SandboxFolder) throws(Fault) {
        do {
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        } catch {
            throw folder.unwritable
        }
        descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw folder.unwritable }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Fault(
                .folderInUse, .stop, "Another sandbox serves \(folder.path).",
                hint: "Stop it, or give  --write-config  another folder, and other ports.")
        }
    }

    deinit {
        close(descriptor)
    }
}
