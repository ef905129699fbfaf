/// What answers requests behind an ``HTTPServer``.
public protocol Endpoint: Sendable {
    /// Where the server listens; the server sets it.
    var bound: BoundPort { get }
    /// Answers one request; never throws.
    func answer(_ request: ServedRequest) async -> ServedAnswer
    /// The answer to a request whose body is not accepted.
    func answer(to flaw: BodyFlaw) -> ServedAnswer
}
