public import Logging
public import PDex
public import Serving

/// Serves the HTTP API.
public final class APIServer: Sendable {
    private let api: ServiceAPI
    private let host: String
    private let port: Int
    private let clock: any WallClock
    /// Where the API listens.
    public let bound: BoundPort

    /// The largest body that is accepted; real ones have a few hundred bytes.
    static let bodyLimit = 64 << 10

    /// Serves `api` on `host`, which is this machine itself unless the site says otherwise.
    public init(_ api: ServiceAPI, host: String, port: Int, clock: any WallClock, logger: Logger) {
        self.api = api
        self.host = host
        self.port = port
        self.clock = clock
        bound = BoundPort { port in
            logger.info("API listening", metadata: ["host": "\(host)", "port": "\(port)"])
        }
    }

    /// Serves until the task is cancelled. Throws `config.invalid` when the port is taken.
    public func run() async throws {
        let server = HTTPServer(self, host: host, port: port, bodyLimit: Self.bodyLimit, clock: clock)
        do {
            try await server.run()
        } catch is CancellationError {
        } catch {
            throw Fault(
                .configInvalid, .stop, "the API cannot listen on \(host):\(port)",
                hint: "another process may have the port; choose another  api: { port: … }  in pdex.yaml")
        }
    }
}

extension APIServer: Endpoint {
    /// Answers one request.
    public func answer(_ request: ServedRequest) async -> ServedAnswer { await api.answer(request) }

    /// The answer to a body that is not accepted.
    public func answer(to flaw: BodyFlaw) -> ServedAnswer {
        Problem(flaw.status, flaw.title, "the body \(flaw.words)").answer
    }
}
