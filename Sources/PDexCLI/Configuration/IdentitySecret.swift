import FHIRClient
import Glibc
import PDex

/// The deployment's secret, from which the ids of everything at the payer are derived.
///
/// With another secret everything would be sent again under other ids. So it is made once, for a store that does not
/// exist yet, and never replaced.
enum IdentitySecret {
    private static let size = 32

    /// The secret in the file `path`, made on first use; `announce` is told then. Throws `key.missing`, `key.exposed`,
    /// `key.unusable`.
    static func load(
        path: String, storeExists: Bool, announce: (String) -> Void = { _ in }
    ) throws(Fault) -> [UInt8] {
        if let secret = try read(path) { return secret }
        guard !storeExists else {
            throw Fault(
                .keyMissing, .stop, "The identity secret \(path) is missing, but the store made with it is there.",
                hint:
                    "Put your copy of it there; no backup of the store has it, and with another one every resource would "
                    + "be sent anew. Without a copy: docs/how-to/key-loss.md.")
        }
        try create(path)
        guard let secret = try read(path) else { throw unwritable(path) }
        announce(
            "made the identity secret \(path), from which all ids at the payers are derived: keep a copy of it, apart from "
                + "the store's backups (docs/how-to/key-loss.md)")
        return secret
    }

    private static func read(_ path: String) throws(Fault) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            guard errno == ENOENT else {
                throw Fault(
                    .keyUnusable, .stop, "The identity secret \(path) cannot be opened.",
                    hint: "Check that it belongs to the user that runs pdex.")
            }
            return nil
        }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size == size else {
            throw Fault(
                .keyUnusable, .stop, "The identity secret \(path) is not a file of \(size) bytes.",
                hint: "Put your copy of it there. Without a copy: docs/how-to/key-loss.md.")
        }
        guard info.st_mode & 0o077 == 0 else {
            throw Fault(
                .keyExposed, .stop, "Others may read the identity secret \(path).", hint: "chmod 0600 the file.")
        }
        var bytes = [UInt8](repeating: 0, count: size)
        guard Glibc.read(file, &bytes, size) == size else { throw unwritable(path) }
        return bytes
    }

    /// Writes a draft beside the file and links it into place: a second process finds the first one's secret, complete.
    private static func create(_ path: String) throws(Fault) {
        let draft = "\(path).\(getpid())"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw unwritable(path) }
        defer { unlink(draft) }
        let secret = RandomBytes.bytes(size)
        let isWritten = write(file, secret, size) == size && fsync(file) == 0
        close(file)
        guard isWritten, link(draft, path) == 0 || errno == EEXIST, DurableFolder.sync(around: path) else {
            throw unwritable(path)
        }
    }

    private static func unwritable(_ path: String) -> Fault {
        Fault(
            .keyUnusable, .stop, "The identity secret \(path) cannot be written.",
            hint: "Make the key folder first with  pdex keys new, and check its owner and mode.")
    }
}
