public import FHIR
public import PDex
public import Pipeline

/// What an operator can do: the one implementation of each action, which every surface renders.
public struct Operations: Sendable {
    let store: any Store
    let clock: any WallClock
    let identities: Identities
    let actor: String
    let pipeline: @Sendable (String) async throws -> ExchangePipeline

    /// Wires the façade; `pipeline` makes the pipeline of a job, `actor` is who is written into the audit trail.
    public init(
        store: any Store, clock: any WallClock, identities: Identities, actor: String,
        pipeline: @escaping @Sendable (_ job: String) async throws -> ExchangePipeline
    ) {
        self.store = store
        self.clock = clock
        self.identities = identities
        self.actor = actor
        self.pipeline = pipeline
    }

    /// Runs a job now, or for a scheduled tick; goes on with the job's interrupted run if there is one.
    ///
    /// A dry run has a run of its own, so that the interrupted one can still go on.
    public func run(
        job: String, trigger: Run.Trigger = .manual, at tick: Instant? = nil, dryRun: Bool = false
    ) async throws -> RunReport {
        let pipeline = try await pipeline(job)
        let latest = try await store.read { try $0.latestRun(ofJob: job) }
        let run =
            if !dryRun, let latest, latest.state == .running, latest.trigger != .replay, latest.trigger != .request {
                latest
            } else {
                newRun(of: pipeline.terms, trigger, at: tick ?? clock.now())
            }
        try await note(run, "run." + (run.id == latest?.id ? "resumed" : "started"), dryRun: dryRun)
        return try await finishing(run) { try await pipeline.run(run, dryRun: dryRun) }
    }

    /// Answers a request for one member, by the Patient's id at the clinic.
    public func request(member: String, job: String) async throws -> RunReport {
        let pipeline = try await pipeline(job)
        let run = newRun(of: pipeline.terms, .request, at: clock.now(), about: member)
        try await note(run, "run.requested", dryRun: false)
        return try await finishing(run) { try await pipeline.request(member: member, run: run) }
    }

    /// A run that cannot go on is closed as failed; one that was only interrupted stays open and goes on later.
    private func finishing(_ run: Run, _ body: () async throws -> RunReport) async throws -> RunReport {
        do {
            return try await body()
        } catch let fault as Fault where fault.disposition == .halt || fault.disposition == .stop {
            var report = RunReport(run: run.id, job: run.job, state: .failed)
            report.problems = [fault.code: 1]
            let summary = report.json.serialized()
            let known = try await store.read { try $0.run(run.id) }
            if known != nil { try await store.write { try $0.close(run.id, as: .failed, summary: summary) } }
            throw fault
        }
    }

    private func note(_ run: Run, _ action: String, dryRun: Bool) async throws {
        guard !dryRun else { return }
        let entry = AuditEntry(at: clock.now(), actor: actor, action: action, run: run.id, reason: run.job)
        try await store.write { writer in
            try writer.open(run)
            try writer.record(entry)
        }
    }

    func newRun(
        of terms: ExchangeTerms, _ trigger: Run.Trigger, at instant: Instant, about subject: String = ""
    ) -> Run {
        Run(
            id: identities.derived("run", terms.job, trigger.rawValue, instant.text, subject), job: terms.job,
            trigger: trigger, clinic: terms.clinic.name, payer: terms.payer.name, instant: instant)
    }
}
