import PDex
import Serving

/// Opens an endpoint on a loopback port.
enum Door {
    /// Serves `endpoint` on a port of its own while `body` talks to it.
    static func serving(
        _ endpoint: any Endpoint, bodyLimit: Int, clock: any WallClock, bounds: PeerBounds = PeerBounds(),
        _ body: (_ port: Int) async throws -> Void
    ) async throws {
        let server = HTTPServer(endpoint, port: 0, bodyLimit: bodyLimit, clock: clock, bounds: bounds)
        let running = Task { try await server.run() }
        defer { running.cancel() }
        try await body(try await endpoint.bound.port())
    }
}
