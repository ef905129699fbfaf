public import Logging
import PDex
import Pipeline
public import ServiceLifecycle

/// Delivers what becomes due in the outboxes of all jobs, between and after their runs.
public struct Worker: Service {
    private let jobs: [Job]
    private let operations: Operations
    private let logger: Logger

    /// How often an outbox with nothing due is checked.
    private static let pauseSeconds = 5.0

    /// Works for the payers of `jobs`.
    public init(jobs: [Job], operations: Operations, logger: Logger) {
        self.jobs = jobs
        self.operations = operations
        self.logger = logger
    }

    /// Runs until graceful shutdown; a delivery under way is settled, or its claim expires.
    public func run() async throws {
        // One outbox per route: consent names both sides, so another clinic's job must not judge it.
        let perRoute = Dictionary(grouping: jobs) { [$0.clinic, $0.payer] }.compactMap { $0.value.first }
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for job in perRoute { group.addTask { await serve(job) } }
            }
        }
    }

    private func serve(_ job: Job) async {
        while !Task.isCancelled {
            do {
                let delivered = try await operations.pipeline(job.name).deliver()
                if delivered > 0 {
                    logger.info("bundles delivered", metadata: ["payer": "\(job.payer)", "bundles": "\(delivered)"])
                }
            } catch let fault as Fault {
                let obstacle = Obstacle(fault, among: [job.clinic, job.payer])
                logger.warning(
                    "delivery paused", metadata: obstacle.metadata.merging(["payer": "\(job.payer)"]) { $1 })
            } catch {
                logger.debug("delivery interrupted", metadata: ["payer": "\(job.payer)"])
            }
            // Waits for submissions to become due.
            try? await operations.clock.sleep(seconds: Self.pauseSeconds)
        }
    }
}
