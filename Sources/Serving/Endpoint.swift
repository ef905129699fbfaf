/// What answers requests behind an ``HTTPServer``.
public protocol Endpoint: Sendable {
    /// The server listens, on this port.
    func isBound(port: Int)
    /// The server will listen no more, or never did.
    func isClosed(by error: any Error)
    /// Waits until the server listens. Throws what kept it from that.
    func listening() async throws
    /// Answers one request; never throws.
    func answer(_ request: ServedRequest) async -> ServedAnswer
    /// The answer to a request whose body is not taken.
    func answer(to flaw: BodyFlaw) -> ServedAnswer
}
