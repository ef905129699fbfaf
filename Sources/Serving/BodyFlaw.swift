/// Why the body of a request was not taken.
public enum BodyFlaw: Sendable, Hashable {
    /// It is longer than so many bytes.
    case tooLong(limit: Int)
    /// It breaks off, or its chunks are none.
    case broken
    /// It did not come to its end in time.
    case late

    /// The status that says so.
    public var status: Int {
        switch self {
        case .tooLong: 413
        case .broken: 400
        case .late: 408
        }
    }

    /// The same in two words.
    public var title: String {
        switch self {
        case .tooLong: "Too long"
        case .broken: "Broken off"
        case .late: "Too late"
        }
    }

    /// What is said of the body.
    public var words: String {
        switch self {
        case .tooLong(let limit): "is longer than \(limit) bytes"
        case .broken: "breaks off, or its chunks are not as HTTP has them"
        case .late: "did not come to its end in time"
        }
    }

    /// The same as an issue of an OperationOutcome (R4 issue-type).
    public var issue: String {
        switch self {
        case .tooLong: "too-long"
        case .broken: "structure"
        case .late: "timeout"
        }
    }
}
