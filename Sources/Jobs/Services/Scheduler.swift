import FHIR
public import Logging
import PDex
import Pipeline
public import ServiceLifecycle

/// Starts each scheduled job at its ticks; missed ones are caught up once (reliability R5).
///
/// One job never overlaps itself: what a process that ended has left is gone on with first, and the next decision is
/// made when the run has ended.
public struct Scheduler: Service {
    private let jobs: [Job]
    private let operations: Operations
    private let logger: Logger
    private let heartbeat: Heartbeat

    /// A job's next tick is looked at again at least this often, whatever the wall clock does meanwhile.
    private static let longestSleepSeconds = 30.0

    /// Schedules those of `jobs` that have a schedule; each look at them is a beat of `heartbeat`.
    public init(jobs: [Job], operations: Operations, logger: Logger, heartbeat: Heartbeat = Heartbeat()) {
        self.jobs = jobs.filter { $0.schedule != nil }
        self.operations = operations
        self.logger = logger
        self.heartbeat = heartbeat
    }

    /// Runs until graceful shutdown; a run under way stops where it can go on later.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for job in jobs { group.addTask { await follow(job) } }
            }
        }
    }

    private func follow(_ job: Job) async {
        guard let schedule = job.schedule else { return }
        let attempts = JobAttempts(job: job, schedule: schedule, operations: operations, logger: logger)
        let lateness = schedule.lateness(operations.chance(of: job))
        var last = await lastTick(of: job)
        var isFirst = true
        while !Task.isCancelled {
            heartbeat.beat(at: operations.clock.now())
            // Who goes by a clock that is slow is as late for every tick.
            let now = operations.clock.now().adding(milliseconds: -lateness)
            switch schedule.decide(after: last, now: now, isRunning: false) {
            case .fire(let tick):
                heartbeat.rest()
                let hasEnded = await attempts.run(tick)
                last = (hasEnded ? passedOver(schedule, since: tick, lateness) : nil) ?? tick
            case .pass(let tick), .hold(let tick):
                last = tick
            case .wait(let next) where isFirst:
                heartbeat.rest()
                let hasEnded = await attempts.resume(until: next)
                if hasEnded { last = passedOver(schedule, since: max(last, now), lateness) ?? last }
            case .wait(let next):
                let seconds = next.map { max(0, ($0 - now) / .seconds(1)) } ?? Self.longestSleepSeconds
                // Waits for the job's next tick.
                try? await operations.clock.sleep(seconds: min(seconds, Self.longestSleepSeconds))
            }
            isFirst = false
        }
    }

    /// The tick that came during a run that has just ended, if it is to be passed over.
    private func passedOver(_ schedule: Schedule, since instant: Instant, _ lateness: Int64) -> Instant? {
        let now = operations.clock.now().adding(milliseconds: -lateness)
        let decision = schedule.decide(after: instant, now: now, isRunning: true)
        if case .pass(let tick) = decision { return tick }
        return nil
    }

    /// The last tick that a run was started for; a job that is seen for the first time begins now.
    private func lastTick(of job: Job) async -> Instant {
        while !Task.isCancelled {
            do {
                let latest = try await operations.store.read { try $0.latestTick(ofJob: job.name) }
                return latest ?? operations.clock.now()
            } catch {
                logger.error("store cannot be read", metadata: ["job": "\(job.name)"])
                // Waits for a store that is locked or damaged; a guess would lose the tick that was missed.
                try? await operations.clock.sleep(seconds: Self.longestSleepSeconds)
            }
        }
        return operations.clock.now()
    }
}
