public import Logging
import PDex
import Pipeline
public import ServiceLifecycle

/// Says that the service is being stopped, and what it still waits for.
public struct Farewell: Service {
    private let operations: Operations
    private let logger: Logger

    /// Speaks once, when the stop begins.
    public init(operations: Operations, logger: Logger) {
        self.operations = operations
        self.logger = logger
    }

    /// Runs until graceful shutdown.
    public func run() async throws {
        try? await gracefulShutdown()
        // In a task of its own: this one may have been cancelled.
        let counting = Task { try await operations.queue().counts.filter { $0.state == .leased } }
        let deliveries = (try? await counting.value)?.reduce(0) { $0 + $1.count }
        var fields: Logger.Metadata = ["at-most-seconds": "\(Int(ExchangePipeline.longestDrainSeconds))"]
        fields["deliveries"] = deliveries.map { "\($0)" }
        logger.notice("stopping", metadata: fields)
    }
}
