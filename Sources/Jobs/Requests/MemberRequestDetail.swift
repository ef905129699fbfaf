public import FHIR
public import PDex

/// A member request with what came of it so far.
public struct MemberRequestDetail: Sendable {
    /// The request.
    public let request: MemberRequest
    /// The run that answers it, or did last.
    public let run: Run?
    /// The exchange that the run made or met.
    public let exchange: Exchange?

    /// A request with what is known of it.
    public init(request: MemberRequest, run: Run? = nil, exchange: Exchange? = nil) {
        self.request = request
        self.run = run
        self.exchange = exchange
    }

    /// Whether it is still open though it is due, or was answered too late.
    public func isLate(at now: Instant) -> Bool {
        (request.state.isOpen ? now : request.updated) > request.due
    }
}
