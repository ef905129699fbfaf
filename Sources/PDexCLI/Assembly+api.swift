import Console
import Jobs
import Logging
import PDex
import SQLiteStore
import ServiceLifecycle

extension Assembly {
    /// The HTTP API, if the configuration has one; its actions are recorded in the name of the token's holder.
    func api(
        _ jobs: [Job], metrics: MetricsRegistry, heartbeat: Heartbeat, logger: Logger
    ) -> (any Service)? {
        guard let settings = configuration.api else { return nil }
        let watch = ServiceWatch(
            operations: operations.acting(as: "watch"), jobs: jobs, metrics: metrics, heartbeat: heartbeat,
            freeBytes: { [path = configuration.store] in DiskRoom.freeBytes(at: path) }, clock: clock)
        let api = ServiceAPI(
            operations: { [operations] in operations.acting(as: "api:" + $0) }, jobs: jobs, watch: watch,
            tokens: APITokens(settings.tokens, digests: Self.digests), clock: clock)
        return APIService(
            server: APIServer(api, host: settings.host, port: settings.port, clock: clock, logger: logger))
    }
}

extension Assembly {
    /// The service that prunes the store; nil when everything is kept for good.
    func pruner(logger: Logger) -> (any Service)? {
        let retention = configuration.retention
        guard !retention.isForGood else { return nil }
        return Pruner(clock: clock, logger: logger) { [store, clock] in
            try await store.prune(retention, now: clock.now(), actor: "service").words
        }
    }
}

/// The API among the services of `pdex serve`.
private struct APIService: Service {
    let server: APIServer

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await server.run() }
    }
}
