import FHIR
public import Logging
import PDex
import Pipeline
public import ServiceLifecycle

/// Starts each scheduled job at its ticks; missed ticks are caught up once (reliability R5).
///
/// A job never overlaps itself: a run that a process left when it ended is resumed first, and the next decision is made
/// when the run has ended.
public struct Scheduler: Service {
    private let jobs: [Job]
    private let operations: Operations
    private let logger: Logger
    private let heartbeat: Heartbeat

    /// A job's next tick is checked at least this often, whatever the wall clock does meanwhile.
    private static let longestSleepSeconds = 30.0

    /// Schedules those of `jobs` that have a schedule; each check is a beat of `heartbeat`.
    public init(jobs: [Job], operations: Operations, logger: Logger, heartbeat: Heartbeat = Heartbeat()) {
        self.jobs = jobs.filter { $0.schedule != nil }
        self.operations = operations
        self.logger = logger
        self.heartbeat = heartbeat
    }

    /// Runs until graceful shutdown; a run under way stops where it can be resumed later.
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
            let now = time(late: lateness)
            switch schedule.decide(after: last, now: now, isRunning: false) {
            case .fire(let tick):
                heartbeat.rest()
                last = tick
                guard await attempts.run(tick) else { break }
                last = await attempts.passOver(since: tick, now: time(late: lateness)) ?? tick
            case .pass(let tick), .hold(let tick):
                last = tick
            case .wait(let next) where isFirst:
                heartbeat.rest()
                guard await attempts.resume(until: next) else { break }
                last = await attempts.passOver(since: max(last, now), now: time(late: lateness)) ?? last
            case .wait(let next):
                let seconds = next.map { max(0, ($0 - now) / .seconds(1)) } ?? Self.longestSleepSeconds
                // Waits for the job's next tick.
                try? await operations.clock.sleep(seconds: min(seconds, Self.longestSleepSeconds))
            }
            isFirst = false
        }
    }

    /// The time on a clock that is `lateness` slow, so that the job is equally late for every tick.
    private func time(late lateness: Int64) -> Instant { operations.clock.now().adding(milliseconds: -lateness) }

    /// The last tick that needs nothing more; a job seen for the first time begins now.
    private func lastTick(of job: Job) async -> Instant {
        let seen = operations.clock.now()
        while !Task.isCancelled {
            do {
                return try await operations.lastTick(of: job, seen: seen)
            } catch {
                logger.error("last tick cannot be read", metadata: ["job": "\(job.name)"])
                // Waits for a store that is locked or damaged; a guess would lose a missed tick.
                try? await operations.clock.sleep(seconds: Self.longestSleepSeconds)
            }
        }
        return seen
    }
}
