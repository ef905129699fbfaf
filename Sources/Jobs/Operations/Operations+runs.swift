import FHIR
public import PDex
public import Pipeline

extension Operations {
    /// Runs a job now, resuming its unfinished run if there is one.
    ///
    /// A dry run is always a new run, so that the unfinished one can still be resumed. Throws ``RunFailure``, and
    /// `run.in-progress` while another process works on the unfinished run.
    public func run(job: String, dryRun: Bool = false) async throws -> RunReport {
        let pipeline = try await pipeline(job)
        let fresh = newRun(of: pipeline.terms, dryRun ? .dryRun : .manual, at: clock.now())
        if dryRun { return try await carry(fresh, goesOn: false) { try await pipeline.run(fresh, dryRun: true) } }
        let run = try await claim(job, or: fresh) ?? fresh
        return try await carry(run, goesOn: true) { try await pipeline.run(run) }
    }

    /// Resumes the job's unfinished run; nil when there is none. Throws as ``run(job:dryRun:)`` does.
    public func resume(job: String) async throws -> RunReport? {
        guard let run = try await store.read({ try $0.unfinishedRun(ofJob: job) }) else { return nil }
        // A caller that only watches need not wait for the store's writer.
        guard !isHeld(run) else { throw Self.inProgress(run) }
        return try await carryOn(job, or: nil)
    }

    /// The same, or the run for a tick of the job's schedule; nil when the tick needs no run.
    func fire(job: String, at tick: Instant) async throws -> RunReport? {
        try await carryOn(job, or: tick)
    }

    private func carryOn(_ job: String, or tick: Instant?) async throws -> RunReport? {
        let pipeline = try await pipeline(job)
        let fresh = tick.map { newRun(of: pipeline.terms, .schedule, at: $0) }
        guard let run = try await claim(job, or: fresh) else { return nil }
        return try await carry(run, goesOn: true) { try await pipeline.run(run) }
    }

    /// Takes the job's unfinished run or opens `fresh`, in one transaction, so that no two processes do both; nil when
    /// there is nothing to do.
    private func claim(_ job: String, or fresh: Run?) async throws -> Run? {
        try await store.write { writer in
            guard var run = try writer.unfinishedRun(ofJob: job) else {
                guard let fresh else { return nil }
                if fresh.trigger == .schedule {
                    guard try Self.isDue(fresh, writer) else { return nil }
                    try writer.keepTick(fresh.instant, ofJob: job)
                }
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

    /// The job's unfinished run, if its process has ended and no other has resumed it yet.
    public func abandonedRun(ofJob job: String) async throws -> Run? {
        guard let run = try await store.read({ try $0.unfinishedRun(ofJob: job) }), run.owner != owner,
            ownerIsGone(run.owner)
        else { return nil }
        return run
    }

    /// Whether a tick has neither had a run nor been passed over: another process may have been quicker.
    private static func isDue(_ fresh: Run, _ reader: any StoreReader) throws -> Bool {
        let (run, last) = (try reader.run(fresh.id), try reader.lastTick(ofJob: fresh.job))
        return run == nil && last != fresh.instant
    }

    func isHeld(_ run: Run) -> Bool {
        run.owner == owner ? underWay.contains(run.id) : !run.owner.isEmpty && !ownerIsGone(run.owner)
    }

    static func inProgress(_ run: Run) -> Fault {
        Fault(
            .runInProgress, .stop, "the job \(run.job) is being run by process \(run.owner) already",
            hint: "let it end, or stop that process; then the same command again")
    }

    /// Works on a run. One that cannot be resumed is closed as failed; an interrupted one stays open if `goesOn`.
    func carry(
        _ run: Run, goesOn: Bool, for request: String? = nil, _ body: () async throws -> RunReport
    ) async throws -> RunReport {
        guard underWay.begin(run.id) else { throw Self.inProgress(run) }
        defer { underWay.end(run.id) }
        let began = clock.now()
        do {
            let context = RunContext(job: run.job, run: run.id, request: request)
            let report = try await RunContext.$current.withValue(context) { try await body() }
            RunMeter.count(report)
            return report
        } catch let fault as Fault {
            let isOver = !goesOn || fault.disposition == .halt || fault.disposition == .stop && !fault.isOfStore
            let failure = RunFailure(
                run, isOver ? .failed : .running, fault, seconds: (clock.now() - began) / .seconds(1))
            if isOver {
                await close(run, failure.report)
                RunMeter.count(failure.report)
            } else {
                await keep(failure.report.fault, of: run)
            }
            throw failure
        } catch {
            if !goesOn {
                await close(run, RunFailure(run, .failed, Fault(.interrupted, .stop, "stopped as asked")).report)
            }
            throw error
        }
    }

    /// Closes a run as failed unless it has ended, even when this task has been cancelled; a failure here is ignored,
    /// since what stopped the run matters more.
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
