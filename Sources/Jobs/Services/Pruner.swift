import FHIR
public import Logging
public import PDex
public import ServiceLifecycle

/// Lets the store forget, once a day, what is finished and old.
public struct Pruner: Service {
    private let clock: any WallClock
    private let logger: Logger
    private let prune: @Sendable () async throws -> String

    private static let daySeconds = 86_400.0

    /// `prune` does it, and says in a few words what was forgotten.
    public init(clock: any WallClock, logger: Logger, prune: @escaping @Sendable () async throws -> String) {
        self.clock = clock
        self.logger = logger
        self.prune = prune
    }

    /// Prunes now and then daily, until graceful shutdown; a failure is logged, and the next day tried again.
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
