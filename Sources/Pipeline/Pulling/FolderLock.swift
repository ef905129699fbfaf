import Foundation
import Glibc
import PDex

/// A lock on a folder for one writing process; the kernel releases it when the process ends, however that happens.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Locks the folder, creating it if it is missing; only its owner may read it. Throws `folder.in-use` when another
    /// fetch holds it, and `config.invalid` when it cannot be used.
    init(of folder: ExportFolder) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw folder.unwritable
        }
        descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw folder.unwritable }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Fault(
                .folderInUse, .stop, "another fetch is writing into the folder",
                hint: "wait until it ends, or name another folder")
        }
    }

    deinit {
        close(descriptor)
    }
}
