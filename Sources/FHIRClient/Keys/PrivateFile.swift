import Glibc
import PDex

/// Reads and writes files that hold secrets, and refuses those that others can read or could have put there.
enum PrivateFile {
    private static let maxBytes = 64 << 10

    /// Refuses a folder in which others may add or swap files; that others may list it (0755) reveals only names.
    ///
    /// Throws `key.missing`, `key.exposed`.
    static func checkFolder(_ path: String) throws(Fault) {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
            throw Fault(
                .keyMissing, .stop, "The key folder \(name(path)) does not exist or cannot be read.",
                hint: "Make a key with  pdex keys new.")
        }
        guard isOurs(info), info.st_mode & 0o022 == 0 else {
            throw Fault(
                .keyExposed, .stop, "Others may put files into the key folder \(name(path)).",
                hint: "chmod 0700 the folder, and look at who changed it last.")
        }
    }

    /// The bytes of a file with mode 0600 or narrower. Throws `key.missing`, `key.exposed`, `key.unusable`.
    ///
    /// A link is followed, as secret volumes use them; the check is of the file that was opened.
    static func read(_ path: String) throws(Fault) -> [UInt8] {
        let file = try opened(path)
        defer { close(file) }
        return bytes(of: file)
    }

    /// Refuses the same as ``read(_:)``.
    static func check(_ path: String) throws(Fault) {
        close(try opened(path))
    }

    private static func opened(_ path: String) throws(Fault) -> Int32 {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            throw Fault(
                .keyMissing, .stop, "The key file \(name(path)) cannot be opened.",
                hint: "Check that it exists and belongs to the user that runs pdex.")
        }
        do throws(Fault) {
            try check(file, path)
        } catch {
            close(file)
            throw error
        }
        return file
    }

    private static func check(_ file: Int32, _ path: String) throws(Fault) {
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= maxBytes else {
            throw Fault(
                .keyUnusable, .stop, "The key file \(name(path)) is not a regular file of at most 64 KiB.",
                hint: "A key file holds one key; keep nothing else among them.")
        }
        guard isOurs(info), info.st_mode & 0o077 == 0 else {
            throw Fault(
                .keyExposed, .stop, "Others may read the key file \(name(path)), or it belongs to somebody else.",
                hint: "chmod 0600 the file; when others could read it, make a new key and register that one.")
        }
    }

    /// Writes a new file with mode 0600, which is on the disk when this returns.
    ///
    /// Throws `key.unusable` when the file exists, or when it cannot be written.
    static func create(_ path: String, _ bytes: [UInt8]) throws(Fault) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            let isThere = errno == EEXIST
            throw Fault(
                .keyUnusable, .stop, "The key file \(name(path)) \(isThere ? "exists already" : "cannot be written").",
                hint: isThere ? "A key is never overwritten: choose another kid." : "Check the folder's owner and mode."
            )
        }
        defer { close(file) }
        guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0, DurableFolder.sync(around: path) else {
            unlink(path)
            throw Fault(.keyUnusable, .stop, "The key file \(name(path)) cannot be written.", hint: "Is the disk full?")
        }
    }

    private static func bytes(of file: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= maxBytes {
            let count = Glibc.read(file, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private static func isOurs(_ info: stat) -> Bool {
        info.st_uid == geteuid() || info.st_uid == 0
    }

    private static func name(_ path: String) -> String {
        String(path.split(separator: "/").last ?? "/")
    }
}
