/// Why a sandbox cannot be set up.
public enum SandboxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file of the payer's resources cannot be opened, or is not one that the sandbox wrote.
    case unusableFile(String)
    /// The folder with the clinic's data cannot be read.
    case unreadableFolder(String)
    /// A file of the clinic's data is not NDJSON, gzip or a Bundle; with the number of the line.
    case unreadableData(file: String, line: Int)

    /// What happened and what to do next; never content.
    public var description: String {
        switch self {
        case .unusableFile(let path):
            "The payer's file \(path) cannot be used. Remove it to start afresh, or name another."
        case .unreadableFolder(let path):
            "The folder \(path) cannot be read. Name one with *.ndjson, *.ndjson.gz or Bundles as *.json."
        case .unreadableData(let file, let line):
            "Line \(line) of \(file) is not a resource with an id. Correct it or take it away."
        }
    }
}
