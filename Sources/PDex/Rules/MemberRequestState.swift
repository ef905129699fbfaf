/// How a member request stands, in the words of FHIR's `Task.status`.
public enum MemberRequestState: String, Sendable, Hashable, CaseIterable {
    /// Accepted; nobody works on it yet.
    case requested
    /// A process pulls, maps and delivers.
    case inProgress = "in-progress"
    /// Its run has ended; the member's exchange says what became of the data.
    case completed
    /// It cannot be answered as it is; the reason says why.
    case failed
    /// Taken back before it was answered.
    case cancelled

    /// Where it can go from here.
    public var successors: Set<MemberRequestState> {
        switch self {
        case .requested: [.inProgress, .failed, .cancelled]
        case .inProgress: [.requested, .completed, .failed, .cancelled]
        case .completed, .failed, .cancelled: []
        }
    }

    /// Whether it still has to be answered.
    public var isOpen: Bool { !successors.isEmpty }
}
