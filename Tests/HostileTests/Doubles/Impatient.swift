import FHIRClient

/// Gives a server that sends nothing, or hardly anything, a third of a second, where the product would give it a
/// minute.
struct Impatient: HTTPTransport {
    let transport = CurlTransport()

    func send(_ request: HTTPRequest) async throws -> HTTPResponse { try await transport.send(hurried(request)) }
    func stream(_ request: HTTPRequest) async throws -> HTTPStream { try await transport.stream(hurried(request)) }

    private func hurried(_ request: HTTPRequest) -> HTTPRequest {
        var request = request
        request.timeouts.idle = 0.35
        request.timeouts.pace = 0.35
        return request
    }
}
