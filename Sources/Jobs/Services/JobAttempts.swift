import FHIR
import Logging
import PDex
import Pipeline

/// Brings the runs of a scheduled job to their end: what could not be done is tried again until the next tick is due.
struct JobAttempts: Sendable {
    /// What one attempt came to.
    private enum Outcome {
        /// There is nothing left to do.
        case ended
        /// The run stays open; it is worth another attempt, no sooner than after so many seconds.
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
    /// No wait between attempts is longer.
    private static let longestPauseSeconds = 1800.0
    /// How often it is looked whether another process has ended a run.
    private static let watchSeconds = 30.0

    /// Ends what an earlier tick left, then starts the run of `tick`; false when that is still to be done.
    func run(_ tick: Instant) async -> Bool {
        await persist(until: schedule.next(after: tick)) {
            let left = await outcome(of: .unfinished)
            guard case .ended = left else { return left }
            return await outcome(of: .tick(tick))
        }
    }

    /// Goes on with what was left unfinished, if anything was; false when that is still to be done.
    func resume(until next: Instant?) async -> Bool {
        await persist(until: next) { await outcome(of: .unfinished) }
    }

    private func persist(until next: Instant?, _ attempt: () async -> Outcome) async -> Bool {
        var pause = Self.firstPauseSeconds
        while !Task.isCancelled {
            var wait = Self.watchSeconds
            switch await attempt() {
            case .ended: return true
            case .stopped: return false
            case .elsewhere where schedule.overlap == .skip: return true
            case .elsewhere: break
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
                // Another service on this store may have been quicker.
                let latest = try await operations.store.read { [job] in try $0.latestTick(ofJob: job.name) }
                guard latest != tick else { return .ended }
                logger.info("job started", metadata: ["job": "\(job.name)", "tick": "\(tick.text)"])
                tell(try await operations.run(job: job.name, trigger: .schedule, at: tick), "job ended")
            }
            return .ended
        } catch let failure as RunFailure {
            tell(failure.report, "job failed", failure.fault)
            return failure.report.state == .running ? .open(floor(of: failure.fault)) : .ended
        } catch let fault as Fault where fault.code == .runInProgress {
            logger.notice("job is run by another process", metadata: ["job": "\(job.name)"])
            return .elsewhere
        } catch let fault as Fault {
            logger.error("job failed", metadata: ["job": "\(job.name)", "fault": "\(fault.code.rawValue)"])
            // A store that is held or full for a moment must not cost the tick.
            return fault.disposition == .retry || fault.isOfStore ? .open(floor(of: fault)) : .ended
        } catch {
            logger.notice("job interrupted", metadata: ["job": "\(job.name)"])
            return .stopped
        }
    }

    private func floor(of fault: Fault) -> Double { Double(fault.retryAfterSeconds ?? 0) }

    private func tell(_ report: RunReport, _ event: Logger.Message, _ fault: Fault? = nil) {
        var metadata: Logger.Metadata = [
            "job": "\(job.name)", "run": "\(report.run)", "state": "\(report.state.rawValue)",
        ]
        metadata["fault"] = fault.map { "\($0.code.rawValue)" }
        logger.log(level: fault == nil ? .info : .error, event, metadata: metadata)
    }
}
