import Console
import Jobs
import Logging
import ServiceLifecycle

extension Assembly {
    /// The HTTP API, if the configuration has one; what is done by it is done in the name of who holds the token.
    func api(_ jobs: [Job], logger: Logger) -> (any Service)? {
        guard let settings = configuration.api else { return nil }
        let api = MemberRequestAPI(
            operations: { [operations] in operations.acting(as: "api:" + $0) }, jobs: jobs,
            tokens: APITokens(settings.tokens, digests: Self.digests), clock: clock)
        return APIService(
            server: APIServer(api, host: settings.host, port: settings.port, clock: clock, logger: logger))
    }
}

/// The API among the services of `pdex serve`.
private struct APIService: Service {
    let server: APIServer

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await server.run() }
    }
}
