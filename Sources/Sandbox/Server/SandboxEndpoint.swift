import Serving

/// A server of the sandbox: a function from request to answer.
protocol SandboxEndpoint: Endpoint {
    /// Its address.
    var origin: Origin { get }
    /// Answers one request; never throws, never waits for anything but its own state.
    func answer(_ request: ServedRequest) -> ServedAnswer
}

extension SandboxEndpoint {
    var bound: BoundPort { origin.bound }

    func answer(to flaw: BodyFlaw) -> ServedAnswer {
        .refusal(Refusal(flaw.status, flaw.issue, "The body \(flaw.words)."))
    }
}
