import Console
import Foundation
import Glibc
import PDex

/// How much disk space there is, and whether it may be used.
enum DiskRoom {
    /// The free bytes on the disk of a file, or of the folder where it will be; nil when the system does not say.
    static func freeBytes(at path: String) -> Int? {
        var found = statvfs()
        guard statvfs(folder(of: path), &found) == 0 else { return nil }
        return Int(found.f_bavail) * Int(found.f_frsize)
    }

    /// Describes the room for a store. Throws `store.failed` when its folder cannot be written, or when less room is
    /// left than the limit below which ``ServiceWatch`` warns.
    static func demand(for store: String) throws(Fault) -> String {
        let folder = folder(of: store)
        for place in [folder, store] where place == folder || access(place, F_OK) == 0 {
            guard access(place, W_OK) == 0 else {
                throw Fault(
                    .storeFailed, .stop, "\(place) cannot be written: \(String(cString: strerror(errno)))",
                    hint: "make it, or make it writable for the user that runs pdex")
            }
        }
        guard let free = freeBytes(at: store) else { return "\(folder): nobody knows how much room there is" }
        guard free >= ServiceWatch.leastFreeBytes else {
            throw Fault(
                .storeFailed, .stop, "\(free.asBytes) are left on the disk of \(folder)",
                hint: "make room: at least \(ServiceWatch.leastFreeBytes.asBytes)")
        }
        return "\(folder): \(free.asBytes) free"
    }

    private static func folder(of path: String) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }
}
