import FHIR
public import Logging
import PDex
import Pipeline
public import ServiceLifecycle

/// Starts each scheduled job at its ticks; missed ones are caught up once (reliability R5).
public struct Scheduler: Service {
    private let jobs: [Job]
    private let operations: Operations
    private let logger: Logger

    /// A job's next tick is looked at again at least this often, whatever the wall clock does meanwhile.
    private static let longestSleepSeconds = 30.0

    /// Schedules those of `jobs` that have a schedule.
    public init(jobs: [Job], operations: Operations, logger: Logger) {
        self.jobs = jobs.filter { $0.schedule != nil }
        self.operations = operations
        self.logger = logger
    }

    /// Runs until graceful shutdown; a run under way stops where it can go on later.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for job in jobs { group.addTask { await follow(job) } }
            }
        }
    }

    /// One job never overlaps itself: the next decision is made when the run has ended.
    private func follow(_ job: Job) async {
        guard let schedule = job.schedule else { return }
        var last = await lastTick(of: job)
        while !Task.isCancelled {
            let now = operations.clock.now()
            switch schedule.decide(after: last, now: now, isRunning: false) {
            case .fire(let tick):
                await fire(job, tick)
                last = tick
            case .pass(let tick), .hold(let tick):
                last = tick
            case .wait(let next):
                let seconds = next.map { max(0, ($0 - now) / .seconds(1)) } ?? Self.longestSleepSeconds
                // Waits for the job's next tick.
                try? await operations.clock.sleep(seconds: min(seconds, Self.longestSleepSeconds))
            }
        }
    }

    private func lastTick(of job: Job) async -> Instant {
        let latest = try? await operations.store.read { try $0.latestRun(ofJob: job.name) }
        return latest?.instant ?? operations.clock.now()
    }

    private func fire(_ job: Job, _ tick: Instant) async {
        logger.info("job started", metadata: ["job": "\(job.name)", "tick": "\(tick.text)"])
        do {
            let report = try await operations.run(job: job.name, trigger: .schedule, at: tick)
            logger.info(
                "job ended",
                metadata: ["job": "\(job.name)", "run": "\(report.run)", "state": "\(report.state.rawValue)"])
        } catch let fault as Fault {
            logger.error("job failed", metadata: ["job": "\(job.name)", "fault": "\(fault.code.rawValue)"])
        } catch {
            logger.notice("job interrupted", metadata: ["job": "\(job.name)"])
        }
    }
}
