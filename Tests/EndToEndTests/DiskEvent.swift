/// What a process asked of the disk, in the order in which it was done. Files are told by the end of their name after
/// the store's, and by which file of that name it is.
enum DiskEvent: Sendable {
    /// A file of its own, whatever it is called.
    struct File: Hashable, Sendable {
        let suffix: String
        let number: Int
    }

    case link(File)
    case unlink(suffix: String)
    case write(File, offset: Int, bytes: [UInt8])
    case truncate(File, size: Int)
    case sync(File)
    /// The names in the folder.
    case syncFolder

    /// Whose content it changes.
    var changed: File? {
        switch self {
        case .write(let file, _, _), .truncate(let file, _): file
        case .link, .unlink, .sync, .syncFolder: nil
        }
    }

    /// Whether it begins or ends a name.
    var isName: Bool {
        switch self {
        case .link, .unlink: true
        case .write, .truncate, .sync, .syncFolder: false
        }
    }
}
