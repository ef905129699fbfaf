/// Why a stream is not acceptable NDJSON; it never carries any of the content.
public enum NDJSONError: Error, Sendable, Equatable {
    /// A line has more bytes than allowed; nothing more is read.
    case lineTooLong(line: Int, limit: Int)
}

extension NDJSONError: CustomStringConvertible {
    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .lineTooLong(let line, let limit): "line \(line) has more than \(limit) bytes"
        }
    }
}
