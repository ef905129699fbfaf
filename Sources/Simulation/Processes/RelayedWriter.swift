import FHIR
import PDex

/// A writer that passes everything on; subclasses override what they watch or spoil.
class RelayedWriter: RelayedReader, StoreWriter {
    private let writer: any StoreWriter

    init(_ writer: any StoreWriter) {
        self.writer = writer
        super.init(writer)
    }

    func stage(_ batch: StagingBatch) throws -> StagingOutcome {
        try writer.stage(batch)
    }

    func unstage(_ keys: [ResourceKey]) throws {
        try writer.unstage(keys)
    }

    func identify(_ key: ResourceKey, by identifiers: [Int64]) throws {
        try writer.identify(key, by: identifiers)
    }

    func index(
        _ person: ResourceKey, of source: String, for payer: String, facts: PersonFacts?, links: [Int64], basis: Int64?
    ) throws {
        try writer.index(person, of: source, for: payer, facts: facts, links: links, basis: basis)
    }

    func unlink(_ member: ResourceKey) throws {
        try writer.unlink(member)
    }

    func supersede(_ keys: [ResourceKey], until instant: Instant) throws {
        try writer.supersede(keys, until: instant)
    }

    func keep(_ match: MemberMatch, audit: AuditEntry) throws {
        try writer.keep(match, audit: audit)
    }

    func decide(_ link: MemberLink, audit: AuditEntry) throws {
        try writer.decide(link, audit: audit)
    }

    func undecide(_ patient: ResourceKey, _ route: Route, audit: AuditEntry) throws {
        try writer.undecide(patient, route, audit: audit)
    }

    func setWatermark(_ instant: Instant, source: String, scope: String) throws {
        try writer.setWatermark(instant, source: source, scope: scope)
    }

    func setWatermark(_ instant: Instant, of patient: ResourceKey, source: String, scope: String) throws {
        try writer.setWatermark(instant, of: patient, source: source, scope: scope)
    }

    func setWatermark(_ instant: Instant, ofRosterOf run: String, source: String, scope: String) throws {
        try writer.setWatermark(instant, ofRosterOf: run, source: source, scope: scope)
    }

    func open(_ run: Run) throws {
        try writer.open(run)
    }

    func keepTick(_ tick: Instant, ofJob job: String) throws {
        try writer.keepTick(tick, ofJob: job)
    }

    func adopt(_ run: String, by owner: String) throws {
        try writer.adopt(run, by: owner)
    }

    func close(_ run: String, as state: Run.State, summary: [UInt8]) throws {
        try writer.close(run, as: state, summary: summary)
    }

    func recordProgress(run: String, unit: String, cursor: String) throws {
        try writer.recordProgress(run: run, unit: unit, cursor: cursor)
    }

    func keep(_ export: ExportUnderWay) throws {
        try writer.keep(export)
    }

    func forgetExport(_ statusURL: String, source: String, job: String) throws {
        try writer.forgetExport(statusURL, source: source, job: job)
    }

    func addToRoster(run: String, patients: [ResourceKey]) throws {
        try writer.addToRoster(run: run, patients: patients)
    }

    func addForgotten(toRosterOf run: Run) throws {
        try writer.addForgotten(toRosterOf: run)
    }

    func accept(_ request: MemberRequest, audit: AuditEntry) throws -> MemberRequest {
        try writer.accept(request, audit: audit)
    }

    func advance(
        memberRequest id: String, to state: MemberRequestState, run: String?, reason: FaultCode?, at instant: Instant,
        audit: AuditEntry
    ) throws -> Bool {
        try writer.advance(memberRequest: id, to: state, run: run, reason: reason, at: instant, audit: audit)
    }

    func rest(memberRequest id: String, until instant: Instant) throws {
        try writer.rest(memberRequest: id, until: instant)
    }

    func warned(memberRequest id: String, at instant: Instant, audit: AuditEntry) throws {
        try writer.warned(memberRequest: id, at: instant, audit: audit)
    }

    func keep(matchedGroup id: String, payer: String, at instant: Instant) throws {
        try writer.keep(matchedGroup: id, payer: payer, at: instant)
    }

    func insert(_ exchange: Exchange, audit: [AuditEntry]) throws {
        try writer.insert(exchange, audit: audit)
    }

    func advance(
        _ exchange: String, to state: ExchangeState, reason: FaultCode?, detail: String?, at instant: Instant,
        audit: AuditEntry
    ) throws {
        try writer.advance(exchange, to: state, reason: reason, detail: detail, at: instant, audit: audit)
    }

    func meet(_ exchange: String, in run: String) throws {
        try writer.meet(exchange, in: run)
    }

    func enqueue(_ submissions: [LeasedSubmission]) throws {
        try writer.enqueue(submissions)
    }

    func cancelOpenSubmissions(ofExchange exchange: String) throws -> Int {
        try writer.cancelOpenSubmissions(ofExchange: exchange)
    }

    func lease(_ route: Route, limit: Int, owner: String, now: Instant, expiry: Instant) throws -> [LeasedSubmission] {
        try writer.lease(route, limit: limit, owner: owner, now: now, expiry: expiry)
    }

    func takeTurns(at payer: String, count: Int, spacing: Int64, now: Instant) throws -> Instant {
        try writer.takeTurns(at: payer, count: count, spacing: spacing, now: now)
    }

    func renew(_ claims: [Submission], expiry: Instant) throws {
        try writer.renew(claims, expiry: expiry)
    }

    func settle(_ submission: String, epoch: Int, as state: SubmissionState, notBefore: Instant?, receipt: Receipt)
        throws -> Bool
    {
        try writer.settle(submission, epoch: epoch, as: state, notBefore: notBefore, receipt: receipt)
    }

    func divide(
        _ submission: String, epoch: Int, first: ExchangeBundle, rest: [LeasedSubmission], at instant: Instant,
        receipt: Receipt
    ) throws -> Bool {
        try writer.divide(submission, epoch: epoch, first: first, rest: rest, at: instant, receipt: receipt)
    }

    func release(_ submission: String, epoch: Int) throws {
        try writer.release(submission, epoch: epoch)
    }

    func rescue(now: Instant, ownerIsGone isGone: (String) -> Bool) throws -> [Submission] {
        try writer.rescue(now: now, ownerIsGone: isGone)
    }

    func keep(_ breaker: CircuitBreaker) throws {
        try writer.keep(breaker)
    }

    func hold(_ hold: Hold) throws -> Bool {
        try writer.hold(hold)
    }

    func resume(_ subject: Hold.Subject, _ name: String, by actor: String, at instant: Instant) throws -> Bool {
        try writer.resume(subject, name, by: actor, at: instant)
    }

    func open(_ replay: Replay, of exchanges: [String], audit: AuditEntry) throws {
        try writer.open(replay, of: exchanges, audit: audit)
    }

    func settle(_ item: ReplayItem, ofReplay run: String) throws -> Bool {
        try writer.settle(item, ofReplay: run)
    }

    func record(_ entry: AuditEntry) throws {
        try writer.record(entry)
    }
}
