/// A disk operation of a process, in the order in which it was done. A file is identified by the end of its name after
/// the store's, and by its number among files of that name.
enum DiskEvent: Sendable {
    /// A file, independent of its present name.
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

    /// The file whose content it changes.
    var changed: File? {
        switch self {
        case .write(let file, _, _), .truncate(let file, _): file
        case .link, .unlink, .sync, .syncFolder: nil
        }
    }

    /// Whether it adds or removes a name.
    var isName: Bool {
        switch self {
        case .link, .unlink: true
        case .write, .truncate, .sync, .syncFolder: false
        }
    }
}
