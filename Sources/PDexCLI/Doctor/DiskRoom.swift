import Foundation
import Glibc

/// How much room there is.
enum DiskRoom {
    /// The bytes that may still be written to the disk of a file, or of the folder where it will be; nil when the
    /// system does not tell.
    static func freeBytes(at path: String) -> Int? {
        var found = statvfs()
        let folder = (path as NSString).deletingLastPathComponent
        guard statvfs(folder.isEmpty ? "." : folder, &found) == 0 else { return nil }
        return Int(found.f_bavail) * Int(found.f_frsize)
    }
}
