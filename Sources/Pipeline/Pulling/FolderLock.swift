import Foundation
import Glibc
import PDex

/// A folder that one process at a time writes into; the kernel lets go of it when its holder ends, however it ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Takes the folder, making it when it is missing; only its owner may read it. Throws `folder.in-use` when another
    /// fetch has it, and `config.invalid` when it cannot be used.
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
