/// Why the body of a request was rejected.
public enum BodyFlaw: Sendable, Hashable {
    /// It is longer than `limit` bytes.
    case tooLong(limit: Int)
    /// It breaks off, or its chunks are malformed.
    case broken
    /// It did not arrive completely in time.
    case late

    /// The HTTP status for this flaw.
    public var status: Int {
        switch self {
        case .tooLong: 413
        case .broken: 400
        case .late: 408
        }
    }

    /// A title of two words.
    public var title: String {
        switch self {
        case .tooLong: "Too long"
        case .broken: "Broken off"
        case .late: "Too late"
        }
    }

    /// What is wrong with the body, as a predicate.
    public var words: String {
        switch self {
        case .tooLong(let limit): "is longer than \(limit) bytes"
        case .broken: "breaks off, or its chunks are not as HTTP has them"
        case .late: "did not come to its end in time"
        }
    }

    /// The issue type of an OperationOutcome (R4 issue-type).
    public var issue: String {
        switch self {
        case .tooLong: "too-long"
        case .broken: "structure"
        case .late: "timeout"
        }
    }
}
