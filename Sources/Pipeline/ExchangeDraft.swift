import FHIR
import PDex

/// An exchange while its member is examined: the states it passes and what becomes of each resource.
struct ExchangeDraft {
    let id: String
    let content: MemberContent
    let now: Instant
    let run: String
    let actor: String
    private(set) var state = ExchangeState.staged
    private(set) var audit: [AuditEntry] = []
    private(set) var resources = RunReport.Resources()
    private var reason: FaultCode?
    private var detail: String?
    private var manifest: ExchangeManifest
    private var carried = 0
    private var unchanged = 0
    var consent: ConsentEvidence?
    var match: MatchEvidence?

    init(id: String, content: MemberContent, now: Instant, run: String, actor: String) {
        self.id = id
        self.content = content
        self.now = now
        self.run = run
        self.actor = actor
        manifest = ExchangeManifest()
        resources.examined = content.hashes.count
        note(.staged, why: "\(content.hashes.count) resources")
    }

    /// Moves to the next state.
    mutating func pass(_ next: ExchangeState, why: String) {
        state = next
        note(next, why: why)
    }

    /// Records what the gate found, a line for each error.
    mutating func note(_ remarks: [GateRemark]) {
        let more = remarks.count - Self.mostRemarks
        let lines = remarks.prefix(Self.mostRemarks).map(\.finding.line) + (more > 0 ? ["and \(more) more"] : [])
        audit += lines.map { line in
            AuditEntry(
                at: now, actor: actor, action: GateFinding.action, run: run, exchange: id, reason: line)
        }
    }

    /// The most such lines per exchange.
    private static let mostRemarks = 20

    /// Ends in a side exit: every resource is left out for that reason; the audit trail gets `audited` or, without it,
    /// the code.
    mutating func leave(as exit: ExchangeState, _ code: FaultCode, _ why: String, audited: String? = nil) {
        reason = code
        detail = why
        manifest = content.manifest(leavingOut: code)
        resources.leftOut = [code: content.hashes.count]
        pass(exit, why: audited ?? code.rawValue)
    }

    /// Ends in a side exit, except for what is nevertheless taken back from the payer.
    mutating func leave(
        as exit: ExchangeState, _ code: FaultCode, _ why: String, audited: String? = nil,
        retracting retraction: Retraction
    ) {
        if retraction.bundles.isEmpty {
            leave(as: exit, code, why, audited: audited)
        } else {
            resources.leftOut = [code: content.hashes.count]
            if state == .staged { pass(.matched, why: "as when it was sent") }
            pass(.permitted, why: "taking back discloses nothing")
            pass(.mapped, why: code.rawValue)
            pass(.queued, why: "\(retraction.marks.count) resources are taken back")
        }
        let marks = retraction.byKey
        let kept = content.manifest(leavingOut: code).entries.filter { marks[$0.key] == nil }
        let own = Set(content.hashes.map(\.key))
        let taken = marks.keys.count(where: own.contains)
        if taken > 0 {
            resources.leftOut = [code: content.hashes.count - taken]
            for mark in retraction.marks where own.contains(mark.key) {
                if let reason = mark.leftOut { resources.leftOut[reason, default: 0] += 1 }
            }
        }
        manifest = ExchangeManifest(kept + retraction.marks)
    }

    /// Adds the bundles: what is in them, what the payer has, what is left out, and what is taken back.
    mutating func bundle(
        _ mapped: MappedExchange, _ made: MakeBundles.Made, _ retraction: Retraction, _ besides: HeldBesides
    ) {
        let held = made.held.map {
            ExchangeManifest.Entry(key: $0.key, contentHash: $0.contentHash, leftOut: nil)
        }
        var entries = held + mapped.leftOut
        if held.isEmpty {
            // A Patient is not sent alone: without a visit there is nothing to disclose.
            entries.append(
                .init(
                    key: mapped.patient.staged.key, contentHash: mapped.patient.staged.contentHash,
                    leftOut: .mappingNone))
        }
        let marks = retraction.byKey
        for node in made.held where !node.isShared {
            if made.sent.contains(node.key) { carried += 1 } else { unchanged += 1 }
        }
        for entry in entries {
            let entry = marks[entry.key] ?? entry
            if besides.entries[entry.key]?.contentHash == entry.contentHash {
                unchanged += 1
            } else if let code = entry.leftOut {
                resources.leftOut[code, default: 0] += 1
            }
        }
        let stays = marks.merging(besides.entries) { mark, _ in mark }
        let known = Set(entries.map(\.key))
        manifest = ExchangeManifest(
            entries.map { stays[$0.key] ?? $0 } + stays.values.filter { !known.contains($0.key) })
        if made.bundles.isEmpty, retraction.bundles.isEmpty {
            detail = "nothing to send: the payer has it, or every resource was left out"
            pass(.acknowledged, why: "nothing to send")
        } else {
            let taken = retraction.bundles.isEmpty ? "" : ", \(retraction.bundles.count) of them take back"
            let count = made.bundles.count + retraction.bundles.count
            pass(.queued, why: "\(count) bundle\(count == 1 ? "" : "s")" + taken)
        }
    }

    func exchange(
        terms: ExchangeTerms, types: [String], mapping: String, fingerprint: Int64, replayOf: String?
    ) -> Exchange {
        Exchange(
            id: id, job: terms.job, run: run, member: content.key, clinic: terms.clinic.name,
            payer: terms.payer.name, state: state, reason: reason, detail: detail, fingerprint: fingerprint,
            manifest: manifest, carried: carried, unchanged: unchanged, consent: consent, match: match,
            mapping: mapping, types: types, replayOf: replayOf, created: now, updated: now)
    }

    private mutating func note(_ state: ExchangeState, why: String) {
        audit.append(
            AuditEntry(
                at: now, actor: actor, action: "exchange." + state.rawValue, run: run, exchange: id, reason: why))
    }
}
