public import FHIR
public import PDex
public import Pipeline

extension Operations {
    /// Runs a job now, or for a scheduled tick; goes on with the job's unfinished run if there is one.
    ///
    /// A dry run has a run of its own, so that the unfinished one can still go on. Throws ``RunFailure``, and
    /// `run.in-progress` while another process works on the unfinished run.
    public func run(
        job: String, trigger: Run.Trigger = .manual, at tick: Instant? = nil, dryRun: Bool = false
    ) async throws -> RunReport {
        let pipeline = try await pipeline(job)
        let fresh = newRun(of: pipeline.terms, dryRun ? .dryRun : trigger, at: tick ?? clock.now())
        if dryRun { return try await carry(fresh, goesOn: false) { try await pipeline.run(fresh, dryRun: true) } }
        let run = try await claim(job, or: fresh) ?? fresh
        return try await carry(run, goesOn: true) { try await pipeline.run(run) }
    }

    /// Goes on with the job's unfinished run; nil when there is none. Throws as ``run(job:trigger:at:dryRun:)`` does.
    public func resume(job: String) async throws -> RunReport? {
        guard try await store.read({ try $0.unfinishedRun(ofJob: job) }) != nil else { return nil }
        let pipeline = try await pipeline(job)
        guard let run = try await claim(job, or: nil) else { return nil }
        return try await carry(run, goesOn: true) { try await pipeline.run(run) }
    }

    /// Takes the job's unfinished run, or opens `fresh`, in one transaction, so that two processes never both do.
    private func claim(_ job: String, or fresh: Run?) async throws -> Run? {
        try await store.write { writer in
            guard var run = try writer.unfinishedRun(ofJob: job) else {
                guard let fresh else { return nil }
                try writer.open(fresh)
                try writer.record(entry(of: fresh, "run.started"))
                return fresh
            }
            guard !isHeld(run) else { throw Self.inProgress(run) }
            run.owner = owner
            try writer.adopt(run.id, by: owner)
            try writer.record(entry(of: run, "run.resumed"))
            return run
        }
    }

    func isHeld(_ run: Run) -> Bool {
        run.owner == owner ? underWay.contains(run.id) : !run.owner.isEmpty && !ownerIsGone(run.owner)
    }

    static func inProgress(_ run: Run) -> Fault {
        Fault(
            .runInProgress, .stop, "the job \(run.job) is being run by process \(run.owner) already",
            hint: "let it end, or stop that process; then the same command again")
    }

    /// A run that cannot go on is closed as failed; one that was only interrupted stays open if it `goesOn` later.
    func carry(
        _ run: Run, goesOn: Bool, _ body: () async throws -> RunReport
    ) async throws -> RunReport {
        guard underWay.begin(run.id) else { throw Self.inProgress(run) }
        defer { underWay.end(run.id) }
        do {
            let report = try await body()
            RunMeter.count(report)
            return report
        } catch let fault as Fault {
            let isOver = !goesOn || fault.disposition == .halt || fault.disposition == .stop && !fault.isOfStore
            let failure = RunFailure(run, isOver ? .failed : .running, fault)
            if isOver {
                await close(run, failure.report)
                RunMeter.count(failure.report)
            }
            throw failure
        } catch {
            if !goesOn {
                await close(run, RunFailure(run, .failed, Fault(.interrupted, .stop, "stopped as asked")).report)
            }
            throw error
        }
    }

    /// Closes a run as failed unless it has ended, also when this task has been cancelled; what stopped it matters more
    /// than a failure here.
    func close(_ run: Run, _ report: RunReport) async {
        let summary = report.json.serialized()
        let closing = Task {
            try await store.write { writer in
                guard try writer.run(run.id)?.state == .running else { return }
                try writer.close(run.id, as: .failed, summary: summary)
            }
        }
        _ = await closing.result
    }

    private func entry(of run: Run, _ action: String) -> AuditEntry {
        AuditEntry(at: clock.now(), actor: actor, action: action, run: run.id, reason: run.job)
    }
}
