import Glibc

/// Puts a folder's entries on the disk: a file that is synced, in a folder that is not, is lost with the power.
public enum DurableFolder {
    /// Syncs the folder at `path`; false when that cannot be done.
    public static func sync(_ path: String) -> Bool {
        let folder = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return false }
        defer { close(folder) }
        // Some file systems keep no more of a folder than they do without being asked.
        return fsync(folder) == 0 || errno == EINVAL
    }

    /// Syncs the folder in which the file or folder at `path` is.
    public static func sync(around path: String) -> Bool {
        let trimmed = path.hasSuffix("/") ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/") else { return sync(".") }
        return sync(String(trimmed[...slash]))
    }
}
