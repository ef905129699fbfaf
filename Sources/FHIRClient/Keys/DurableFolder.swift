import Glibc

/// Puts a folder's entries on the disk: a synced file in a folder that is not synced can be lost in a power failure.
public enum DurableFolder {
    /// Syncs the folder at `path`; false when that fails.
    public static func sync(_ path: String) -> Bool {
        let folder = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return false }
        defer { close(folder) }
        // Some file systems cannot sync a folder, and keep it as well as they can anyway.
        return fsync(folder) == 0 || errno == EINVAL
    }

    /// Syncs the folder that holds the file or folder at `path`.
    public static func sync(around path: String) -> Bool {
        let trimmed = path.hasSuffix("/") ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/") else { return sync(".") }
        return sync(String(trimmed[...slash]))
    }
}
