public import Pipeline

/// Who answered a member request.
public enum RequestAnswer: Sendable {
    /// This process, and what its run came to.
    case here(RunReport)
    /// Another process, and where the request stands.
    case elsewhere(MemberRequestDetail)
}
