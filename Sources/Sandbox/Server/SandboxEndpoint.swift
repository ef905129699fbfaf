/// A server of the sandbox: a function from request to answer.
protocol SandboxEndpoint: Sendable {
    /// Where it is reached.
    var origin: Origin { get }
    /// Answers one request; never throws, never waits for anything but its own state.
    func answer(_ request: SandboxRequest) -> SandboxAnswer
}
