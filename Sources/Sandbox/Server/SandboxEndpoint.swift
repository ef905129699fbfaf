import Serving

/// A server of the sandbox: a function from request to answer.
protocol SandboxEndpoint: Endpoint {
    /// Its address.
    var origin: Origin { get }
    /// Answers one request; never throws, never waits for anything but its own state.
    func answer(_ request: ServedRequest) -> ServedAnswer
}

extension SandboxEndpoint {
    func isBound(port: Int) { origin.bind(port: port) }

    func isClosed(by error: any Error) { origin.fail(error) }

    func listening() async throws { _ = try await origin.port() }

    func answer(to flaw: BodyFlaw) -> ServedAnswer {
        .refusal(Refusal(flaw.status, flaw.issue, "The body \(flaw.words)."))
    }
}
