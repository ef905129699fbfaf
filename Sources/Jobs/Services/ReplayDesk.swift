import FHIR
public import Logging
import PDex
import Pipeline
public import ServiceLifecycle

/// Resumes replays that were left to the service, or that a process left when it ended.
public struct ReplayDesk: Service {
    private let operations: Operations
    private let logger: Logger

    /// How often to look for replays.
    private static let pauseSeconds = 5.0
    /// The rest after a fault that stops one of them.
    private static let restSeconds = 300.0

    /// A desk over the replays that `operations` keeps.
    public init(operations: Operations, logger: Logger) {
        self.operations = operations
        self.logger = logger
    }

    /// Runs until graceful shutdown; a replay under way stops between two exchanges, and is resumed later.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isDone = await turn()
                // Waits for new replays, or for an obstacle to go.
                try? await operations.clock.sleep(seconds: isDone ? Self.pauseSeconds : Self.restSeconds)
            }
        }
    }

    /// Carries out abandoned replays; false when something was in the way. A fault in one does not stop the others.
    func turn() async -> Bool {
        var isFree = true
        do {
            for id in try await operations.abandonedReplays() {
                if try await !carry(id) { isFree = false }
            }
        } catch let fault as Fault {
            logger.error("replays cannot be looked for", metadata: ["fault": "\(fault.code.rawValue)"])
            return false
        } catch {
            logger.notice("replay interrupted")
            return false
        }
        return isFree
    }

    /// Resumes one; false when something is in its way. Throws when this desk is told to stop.
    private func carry(_ id: String) async throws -> Bool {
        logger.info("replay gone on with", metadata: ["run": "\(id)"])
        do {
            let state = try await operations.carry(replay: id)
            logger.log(
                level: state == .complete ? .info : .warning, "replay ended",
                metadata: ["run": "\(id)", "state": "\(state.rawValue)"])
            return true
        } catch let fault as Fault where fault.code == .runInProgress {
            return true
        } catch let fault as Fault {
            let obstacle = (try? await operations.obstacle(ofRun: id)) ?? Obstacle(fault, among: [])
            logger.error("replay stopped", metadata: obstacle.metadata.merging(["run": "\(id)"]) { $1 })
            return false
        }
    }
}
