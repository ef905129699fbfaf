/// Carries one request to one server: the seam between the client and the network.
///
/// An implementation follows no redirect, keeps no cookie, offers no coding but gzip, and calls a body whole only
/// when its end is proven. It throws ``TransportError``, or `CancellationError` when the task is cancelled.
public protocol HTTPTransport: Sendable {
    /// Sends and returns the answer with its whole body.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse
    /// Sends and returns once the header is there; the body follows with back-pressure.
    func stream(_ request: HTTPRequest) async throws -> HTTPStream
}
