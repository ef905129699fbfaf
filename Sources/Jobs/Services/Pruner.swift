import FHIR
public import Logging
public import PDex
public import ServiceLifecycle

/// Has the store forget, once a day, what is finished and old.
public struct Pruner: Service {
    private let clock: any WallClock
    private let logger: Logger
    private let prune: @Sendable () async throws -> String

    private static let daySeconds = 86_400.0

    /// `prune` does it, and returns a short summary of what was forgotten.
    public init(clock: any WallClock, logger: Logger, prune: @escaping @Sendable () async throws -> String) {
        self.clock = clock
        self.logger = logger
        self.prune = prune
    }

    /// Prunes at once and then daily, until graceful shutdown; a failure is logged, and retried the next day.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let forgotten = try await prune()
                    logger.info("store pruned", metadata: ["forgotten": "\(forgotten)"])
                } catch let fault as Fault {
                    logger.error("store not pruned", metadata: ["fault": "\(fault.code.rawValue)"])
                } catch {
                    logger.notice("pruning interrupted")
                }
                // Waits for the next day.
                try? await clock.sleep(seconds: Self.daySeconds)
            }
        }
    }
}
