import FHIR
import Logging
import PDex
import Pipeline

/// Brings the runs of a scheduled job to their end: an unfinished run is tried again until the next tick is due.
struct JobAttempts: Sendable {
    /// The outcome of one attempt.
    private enum Outcome {
        /// There is nothing left to do.
        case ended
        /// The run stays open and is worth another attempt, after at least this many seconds.
        case open(Double)
        /// Another process works on the job's run.
        case elsewhere
        /// The service is being stopped.
        case stopped
    }

    let job: Job
    let schedule: Schedule
    let operations: Operations
    let logger: Logger

    /// The wait before the second attempt; it doubles.
    private static let firstPauseSeconds = 60.0
    /// The longest wait between attempts.
    private static let longestPauseSeconds = 1800.0
    /// How often to check whether another process has ended a run.
    private static let watchSeconds = 30.0

    /// Ends what an earlier tick left, then carries out the run of `tick`; false when that is still to be done.
    ///
    /// While another process works on the job's run, the tick is passed over if the schedule says so. That run is still
    /// watched, because its process may end before it does.
    func run(_ tick: Instant) async -> Bool {
        var isPassedOver = false
        return await persist(until: schedule.next(after: tick)) {
            var found = await outcome(of: .unfinished)
            if case .ended = found, !isPassedOver { found = await outcome(of: .tick(tick)) }
            if case .elsewhere = found, schedule.overlap == .skip, !isPassedOver {
                isPassedOver = true
                await passOver(tick)
            }
            return found
        }
    }

    /// Resumes what was left unfinished, if anything was; false when that is still to be done.
    func resume(until next: Instant?) async -> Bool {
        await persist(until: next) { await outcome(of: .unfinished) }
    }

    /// Passes over the tick that came after `instant`, during a run that has just ended, if there is one and the
    /// schedule says so; returns that tick.
    func passOver(since instant: Instant, now: Instant) async -> Instant? {
        guard case .pass(let tick) = schedule.decide(after: instant, now: now, isRunning: true) else { return nil }
        await passOver(tick)
        return tick
    }

    private func passOver(_ tick: Instant) async {
        do {
            try await operations.passOver(tick, of: job)
        } catch {
            // This process remembers the tick; one started soon after would fire it.
            let metadata: Logger.Metadata = ["job": "\(job.name)", "tick": "\(tick.text)"]
            logger.error("tick cannot be kept as passed over", metadata: metadata)
        }
    }

    private func persist(until next: Instant?, _ attempt: () async -> Outcome) async -> Bool {
        var pause = Self.firstPauseSeconds
        var isWatching = false
        while !Task.isCancelled {
            var wait = Self.watchSeconds
            switch await attempt() {
            case .ended: return true
            case .stopped: return false
            case .elsewhere:
                if !isWatching { logger.notice("job is run by another process", metadata: ["job": "\(job.name)"]) }
                isWatching = true
            case .open(let floor):
                wait = max(pause, floor)
                pause = min(pause * 2, Self.longestPauseSeconds)
            }
            let now = operations.clock.now()
            guard next.map({ now.adding(milliseconds: Int64(wait * 1000)) < $0 }) ?? true else { return false }
            // Waits before the next attempt.
            try? await operations.clock.sleep(seconds: wait)
        }
        return false
    }

    private enum Work { case unfinished, tick(Instant) }

    private func outcome(of work: Work) async -> Outcome {
        do {
            switch work {
            case .unfinished:
                guard let report = try await operations.resume(job: job.name) else { return .ended }
                tell(report, "run gone on with")
            case .tick(let tick):
                logger.info("job is due", metadata: ["job": "\(job.name)", "tick": "\(tick.text)"])
                // Another service on this store may have been first.
                guard let report = try await operations.fire(job: job.name, at: tick) else { return .ended }
                tell(report, "job ended")
            }
            return .ended
        } catch let failure as RunFailure {
            tell(failure.report, "job failed")
            return failure.report.state == .running ? .open(floor(of: failure.fault)) : .ended
        } catch let fault as Fault where fault.code == .runInProgress {
            return .elsewhere
        } catch let fault as Fault {
            let obstacle = Obstacle(fault, among: [job.clinic, job.payer])
            logger.error("job failed", metadata: obstacle.metadata.merging(["job": "\(job.name)"]) { $1 })
            // A store that is held or full for a moment must not cost the tick.
            return fault.disposition == .retry || fault.isOfStore ? .open(floor(of: fault)) : .ended
        } catch {
            logger.notice("job interrupted", metadata: ["job": "\(job.name)"])
            return .stopped
        }
    }

    private func floor(of fault: Fault) -> Double { Double(fault.retryAfterSeconds ?? 0) }

    private func tell(_ report: RunReport, _ event: Logger.Message) {
        var fields = report.logFields
        fields.merge(report.fault?.metadata ?? [:]) { $1 }
        logger.log(level: report.fault == nil ? report.logLevel : .error, event, metadata: fields)
    }
}
