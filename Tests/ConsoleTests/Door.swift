import PDex
import Serving

/// Tells on which loopback port an endpoint is served.
struct Door: Endpoint {
    private let endpoint: any Endpoint
    private let ports = AsyncStream<Int>.makeStream()

    /// Serves `endpoint` on a port of its own while `body` talks to it.
    static func serving(
        _ endpoint: any Endpoint, bodyLimit: Int, clock: any WallClock, bounds: PeerBounds = PeerBounds(),
        _ body: (_ port: Int) async throws -> Void
    ) async throws {
        let door = Door(endpoint: endpoint)
        let server = HTTPServer(door, port: 0, bodyLimit: bodyLimit, clock: clock, bounds: bounds)
        let running = Task { try await server.run() }
        defer { running.cancel() }
        try await body(try await door.port())
    }

    private func port() async throws -> Int {
        for await port in ports.stream { return port }
        throw CancellationError()
    }

    func isBound(port: Int) {
        endpoint.isBound(port: port)
        ports.continuation.yield(port)
    }

    func isClosed(by error: any Error) {
        endpoint.isClosed(by: error)
        ports.continuation.finish()
    }

    func listening() async throws { try await endpoint.listening() }
    func answer(_ request: ServedRequest) async -> ServedAnswer { await endpoint.answer(request) }
    func answer(to flaw: BodyFlaw) -> ServedAnswer { endpoint.answer(to: flaw) }
}
