import FHIR
import PDex
import Synchronization

/// Notes what a transaction does; the notes of one that is rolled back are not reported.
final class WatchedWriter: RelayedWriter {
    private(set) var notes: [StoreNote] = []
    private let payer: String

    init(_ writer: any StoreWriter, payer: String) {
        self.payer = payer
        super.init(writer)
    }

    override func stage(_ batch: StagingBatch) throws -> StagingOutcome {
        for row in batch.rows where ["Consent", "Coverage"].contains(row.type) {
            guard let resource = try? Resource(parsing: Array(batch.bytes[row.range])) else { continue }
            note(resource.type, row.id, from: batch.source, resource)
        }
        return try super.stage(batch)
    }

    override func unstage(_ keys: [ResourceKey]) throws {
        for staged in try keys.compactMap({ try staged($0) }) {
            note(staged.type, staged.id, from: staged.source, nil)
        }
        try super.unstage(keys)
    }

    /// Notes what a record says about a member; nil when it is gone. Its id ends with the member's.
    private func note(_ type: String, _ id: String, from source: String, _ resource: Resource?) {
        let member = String(id.drop { $0 != "-" }.dropFirst())
        let isActive = resource?["status"]?.string == "active"
        switch type {
        case "Consent" where source == payer:
            notes.append(.ground(.consent, member: member, stands: isActive))
        case "Consent": notes.append(.ground(.noDenial, member: member, stands: !isActive))
        case "Coverage":
            let end = resource?["period"]?["end"]?.string ?? ""
            notes.append(.ground(.coverage, member: member, stands: end > Town.dayOfCare))
        default: break
        }
    }

    override func decide(_ link: MemberLink, audit: AuditEntry) throws {
        try super.decide(link, audit: audit)
        notes.append(.link(patient: link.patient, stands: link.member != nil))
        notes.append(.audited(audit.action))
    }

    override func undecide(_ patient: ResourceKey, _ route: Route, audit: AuditEntry) throws {
        try super.undecide(patient, route, audit: audit)
        notes.append(.link(patient: patient, stands: true))
        notes.append(.audited(audit.action))
    }

    override func open(_ run: Run) throws {
        try super.open(run)
        if try self.run(run.id)?.state == .running { notes.append(.held(run: run, owner: run.owner)) }
    }

    override func adopt(_ run: String, by owner: String) throws {
        try super.adopt(run, by: owner)
        if let adopted = try self.run(run) { notes.append(.held(run: adopted, owner: owner)) }
    }

    override func close(_ run: String, as state: Run.State, summary: [UInt8]) throws {
        try super.close(run, as: state, summary: summary)
        notes.append(.closed(run: run))
    }

    override func insert(_ exchange: Exchange, audit: [AuditEntry]) throws {
        try super.insert(exchange, audit: audit)
        notes.append(.inserted(exchange))
    }

    override func advance(
        _ exchange: String, to state: ExchangeState, reason: FaultCode?, detail: String?, at instant: Instant,
        audit: AuditEntry
    ) throws {
        try super.advance(exchange, to: state, reason: reason, detail: detail, at: instant, audit: audit)
        notes.append(.advanced(exchange: exchange, state: state, reason: reason))
    }

    override func enqueue(_ submissions: [LeasedSubmission]) throws {
        try super.enqueue(submissions)
        notes.append(.enqueued(submissions.map(\.submission)))
    }

    override func lease(
        _ route: Route, limit: Int, owner: String, now: Instant, expiry: Instant
    ) throws -> [LeasedSubmission] {
        let leases = try super.lease(route, limit: limit, owner: owner, now: now, expiry: expiry)
        notes += leases.map { .leased($0.submission, owner: owner) }
        if !leases.isEmpty { notes += try breakers().map { .payer($0) } }
        return leases
    }

    override func settle(
        _ submission: String, epoch: Int, as state: SubmissionState, notBefore: Instant?, receipt: Receipt
    ) throws -> Bool {
        let isHolder = try super.settle(
            submission, epoch: epoch, as: state, notBefore: notBefore, receipt: receipt)
        note(submission, epoch: epoch, state, notBefore: notBefore, receipt, isHolder)
        return isHolder
    }

    override func divide(
        _ submission: String, epoch: Int, first: ExchangeBundle, rest: [LeasedSubmission], at instant: Instant,
        receipt: Receipt
    ) throws -> Bool {
        let isHolder = try super.divide(
            submission, epoch: epoch, first: first, rest: rest, at: instant, receipt: receipt)
        note(submission, epoch: epoch, .retrying, notBefore: nil, receipt, isHolder)
        if isHolder { notes.append(.divided(rest.map(\.submission))) }
        return isHolder
    }

    private func note(
        _ submission: String, epoch: Int, _ state: SubmissionState, notBefore: Instant?, _ receipt: Receipt,
        _ isHolder: Bool
    ) {
        let claim = Submission(
            id: submission, exchange: "", clinic: "", payer: "", member: ResourceKey(bits: 0), part: 0, state: state,
            attempts: receipt.attempt, notBefore: receipt.at, epoch: epoch, entries: 0, bytes: 0, contentDigest: "",
            lane: .nightly)
        notes.append(.settled(claim, state: state, notBefore: notBefore, receipt: receipt, isHolder: isHolder))
    }

    override func rescue(now: Instant, ownerIsGone isGone: (String) -> Bool) throws -> [Submission] {
        let freed = try super.rescue(now: now, ownerIsGone: isGone)
        notes += freed.map { .rescued($0) }
        return freed
    }

    override func keep(_ breaker: CircuitBreaker) throws {
        try super.keep(breaker)
        notes.append(.payer(breaker))
    }

    override func record(_ entry: AuditEntry) throws {
        try super.record(entry)
        notes.append(.audited(entry.action))
    }
}
