import FHIR
import Mappings
import PDex

/// Steps 2 to 5 for one member: from staged data to finished bundles, in one consistent read.
struct ExchangeMaker: Sendable {
    let terms: ExchangeTerms
    /// Restricts the exchange to these of the job's types; empty means no restriction.
    var types: [String]
    let run: Run
    let identities: Identities
    let join: Join
    let consent: CheckConsent
    let map: MapResources
    let bundle: MakeBundles
    let retract: MakeRetraction
    let clock: any WallClock
    let actor: String

    /// Examines one member; `replaying` makes a new exchange even when nothing changed, only of `failed` if that is
    /// given.
    func make(
        _ member: ResourceKey, _ reader: any StoreReader, replaying: Exchange? = nil, failed: FailedEntries? = nil
    ) throws -> MadeExchange {
        let latest = try reader.latestExchange(member: member, payer: terms.payer.name)
        let step = try join.outcome(for: member, reader)
        let content = try step.content ?? MemberContent(key: member, hashes: reader.compartmentHashes(of: member))
        let standing = try Standing(step, consent: consent, run: run.id, reader)
        if replaying == nil, let latest {
            let shared = try sharedHashes(of: latest, besides: content, reader)
            // An exchange that was withheld at the moment of sending looks the same once it is permitted again. One
            // that was taken back with its request may be wanted by others. Both are made again, unless a full pull is
            // still awaited.
            let isPermittedAgain =
                try (latest.state == .withheld || latest.reason == .requestTakenBack) && standing.isPermitted
                && !(latest.reason == .storeRestored && reader.isBehind(content.key, terms))
            if !isPermittedAgain, latest.fingerprint == fingerprint(content, shared: shared, standing),
                try !Undoing(standing).outlivesItsRun || !isOwed(by: member, standing, reader),
                // A restored store does not know what became of the exchanges that it remembers: they are made again,
                // unless an operator had cancelled them.
                try latest.reason == .cancelledByOperator || !reader.predatesRestoration(latest.id)
            {
                return try met(latest, content, reader)
            }
        }
        return try write(content, standing, latest: latest, replaying: replaying, failed: failed, reader)
    }

    private func met(
        _ latest: Exchange, _ content: MemberContent, _ reader: any StoreReader
    ) throws -> MadeExchange {
        let own = Set(content.hashes.map(\.key))
        let isUnchanged = try isUnchanged(latest, reader)
        var resources = RunReport.Resources()
        resources.examined = own.count
        for entry in latest.manifest.entries where own.contains(entry.key) {
            if let reason = entry.leftOut {
                resources.leftOut[reason, default: 0] += 1
            } else if isUnchanged {
                resources.unchanged += 1
            }
        }
        return MadeExchange(work: isUnchanged ? .unchanged : .met(latest), resources: resources)
    }

    /// Whether the payer had everything before this run.
    ///
    /// What it acknowledged since, by this run or beside it, is met. So is whatever this run has counted already, before
    /// it was interrupted, though a clock was set back: nobody is counted twice.
    private func isUnchanged(_ latest: Exchange, _ reader: any StoreReader) throws -> Bool {
        try latest.state == .acknowledged && latest.updated <= RunStart.instant(of: run, reader)
            && !reader.isTallied(latest.member, payer: latest.payer, in: run.id)
    }

    private func write(
        _ content: MemberContent, _ standing: Standing, latest: Exchange?, replaying: Exchange?,
        failed: FailedEntries?, _ reader: any StoreReader
    ) throws -> MadeExchange {
        // A resumed run may find that coverage or consent changed meanwhile: that makes another exchange. So does a
        // latest exchange from before a restore, or one that was withheld until a full pull.
        let basis = fingerprint(content, shared: [], standing)
        let remembered = try latest.flatMap {
            try $0.reason == .storeRestored || reader.predatesRestoration($0.id) ? $0.id : nil
        }
        var work = Work(
            draft: ExchangeDraft(
                id: identities.derived(
                    "exchange", content.key.description, terms.payer.name, run.id, replaying?.id ?? remembered ?? "",
                    "\(basis)"),
                content: content, now: clock.now(), run: run.id, actor: actor))
        let undoing = Undoing(standing)
        switch standing {
        case .unmatched(let code, let why):
            try leave(&work, as: .unmatched, code, why, undoing: undoing, reader)
        case .ambiguous(let code, let why, let evidence):
            work.draft.match = evidence
            let isOwed = try isOwed(by: content.key, standing, reader)
            try leave(&work, as: .parked, code, why, undoing: isOwed ? undoing : nil, reader)
        case .withheld(let matched, let code, let evidence):
            work.draft.match = matched.match
            work.draft.pass(.matched, why: matched.match.rule)
            try leave(
                &work, as: .withheld, code, evidence.rule, audited: "\(code.rawValue): \(evidence.words)",
                undoing: undoing, errors: matched.member.resources, reader)
            // A pure retraction is not based on consent, so the withholding consent is not recorded as its evidence.
            if work.bundles.isEmpty { work.draft.consent = evidence }
        case .permitted(let permitted):
            let matched = permitted.matched
            work.draft.match = matched.match
            work.draft.pass(.matched, why: matched.match.rule)
            if try isOwed(by: content.key, standing, reader) {
                try leave(
                    &work, as: .withheld, .matchMoved, Self.moved, undoing: undoing, errors: matched.member.resources,
                    reader)
            } else if try reader.isBehind(content.key, terms) {
                try leave(&work, as: .withheld, .storeRestored, Self.behind, undoing: nil, reader)
            } else {
                try disclose(permitted, latest: latest, replaying: replaying, failed: failed, &work, reader)
            }
        }
        // A pure retraction does not record the member's own state, so its fingerprint must never match: the next run
        // decides again.
        let isAside = work.draft.consent == nil && !work.bundles.isEmpty
        let exchange = work.draft.exchange(
            terms: terms, types: types, mapping: map.mappings.hash,
            fingerprint: fingerprint(content, shared: work.shared, standing) ^ (isAside ? 1 : 0),
            replayOf: replaying?.id)
        return MadeExchange(
            work: .made(exchange, bundles: work.bundles, audit: work.draft.audit, superseding: latest),
            resources: work.draft.resources, staying: work.staying, besides: work.besides,
            seen: try latest.map { try SeenDelivery(of: $0.id, reader) })
    }

    /// An exchange while it is written, and what goes with it.
    private struct Work {
        var draft: ExchangeDraft
        var bundles: [ExchangeBundle] = []
        /// The shared resources on which it is based in addition to the member's own.
        var shared: [StagedHash] = []
        var staying: [ResourceKey: String] = [:]
        /// What its manifest names in addition because the payer has it.
        var besides: Set<ResourceKey> = []
    }

    /// Ends it in a side exit, except for what is nevertheless taken back from the payer; nothing is if `undoing` is
    /// nil.
    private func leave(
        _ work: inout Work, as exit: ExchangeState, _ code: FaultCode, _ why: String, audited: String? = nil,
        undoing: Undoing?, errors: [ClinicalResource] = [], _ reader: any StoreReader
    ) throws {
        let taken =
            try undoing.map { try retraction(work.draft, nil, errors: errors, $0, after: 0, reader) } ?? Retraction()
        work.draft.leave(as: exit, code, why, audited: audited, retracting: taken)
        work.bundles = taken.bundles
    }

    /// Maps what is permitted and bundles what the payer does not have; parks the exchange if that fails.
    private func disclose(
        _ permitted: PermittedExchange, latest: Exchange?, replaying: Exchange?, failed: FailedEntries?,
        _ work: inout Work, _ reader: any StoreReader
    ) throws {
        work.draft.pass(.permitted, why: permitted.words)
        work.draft.consent = permitted.evidence
        let last = try LastAcknowledged(
            of: work.draft.content.key, payer: terms.payer.name, latest: latest, reader)
        switch try map.outcome(for: permitted, underWay: last.underWay, bundle.shared, reader) {
        case .parked(let code, let why, let remarks):
            work.draft.note(remarks)
            work.draft.leave(as: .parked, code, why)
        case .mapped(let mapped):
            work.draft.pass(.mapped, why: mapped.summary)
            let manifest: ExchangeManifest?
            let made: MakeBundles.Made
            do {
                manifest = try known(last, permitted, reader)
                let taken = try failed.map {
                    TakenEntries(
                        failed: $0, holdings: try retract.holdings(of: work.draft.content.key, reader),
                        mapping: map.mappings.hash, match: permitted.matched.match)
                }
                made = try bundle.bundles(
                    for: mapped, exchange: replaying?.id ?? work.draft.id, received: work.draft.now,
                    known: replaying == nil ? manifest : nil, taken: taken, reader)
            } catch let fault as Fault where fault.disposition == .park {
                try note(mapped, &work, reader)
                return work.draft.leave(as: .parked, fault.code, fault.message)
            }
            try note(mapped, &work, reader)
            try take(made, of: mapped, permitted, known: manifest, &work, reader)
        }
    }

    /// What the payer certainly has, and as it would be sent now; nil when everything has to be sent. A replay sends
    /// what it is about nevertheless, and does not forget the rest.
    ///
    /// The types that a payer may have decide about what is inside a resource, too: when they change, nothing is as it
    /// would be sent now.
    private func known(
        _ last: LastAcknowledged, _ permitted: PermittedExchange, _ reader: any StoreReader
    ) throws -> ExchangeManifest? {
        let isKnown =
            last.exchange?.mapping == map.mappings.hash
            && last.exchange?.match?.isSamePerson(as: permitted.matched.match) ?? true
            && last.exchange?.consent.map { $0.allowedTypes == permitted.evidence.allowedTypes } ?? true
        return isKnown ? try last.certain(reader) : nil
    }

    /// Records what the gate found, also in shared resources.
    private func note(_ mapped: MappedExchange, _ work: inout Work, _ reader: any StoreReader) throws {
        let travelling = [mapped.patient] + mapped.resources + mapped.provenance
        work.draft.note(mapped.remarks + (try bundle.shared.remarks(on: travelling, reader)))
    }

    /// Adds the bundles, and those that take back what must no longer be there.
    private func take(
        _ made: MakeBundles.Made, of mapped: MappedExchange, _ permitted: PermittedExchange,
        known manifest: ExchangeManifest?, _ work: inout Work, _ reader: any StoreReader
    ) throws {
        work.staying = made.staying
        let sent = Set(made.held.map(\.key))
        do {
            let back = try retraction(
                work.draft, permitted,
                errors: permitted.matched.member.resources.filter { !sent.contains($0.staged.key) }, .nothing,
                after: made.bundles.count, reader)
            let besides = try HeldBesides(manifest, mapped, made, back, work.draft.content, reader)
            work.besides = Set(besides.entries.keys)
            work.draft.bundle(mapped, made, back, besides)
            work.bundles = made.bundles + back.bundles
            work.shared =
                made.held.filter(\.isShared).map { StagedHash(key: $0.key, contentHash: $0.contentHash) }
                + besides.shared
        } catch let fault as Fault where fault.disposition == .park {
            work.draft.leave(as: .parked, fault.code, fault.message)
        }
    }

    /// Why nothing is sent as one member while the payer has it as another's.
    private static let moved =
        "the payer has it as another member's: that is taken back first, and the next run sends it as this one's"

    /// Why nothing is sent for a patient of whom a restored store has only old data: the payer may have something
    /// newer.
    private static let behind =
        "the store was restored, and not everything of the patient was fetched since: the next run whose pull is whole "
        + "sends it"

    /// Whether the payer still has what is to be taken back, though nothing else changed.
    private func isOwed(by member: ResourceKey, _ standing: Standing, _ reader: any StoreReader) throws -> Bool {
        let errors =
            switch standing {
            case .withheld(let matched, _, _): matched.member.resources
            case .permitted(let permitted): permitted.matched.member.resources
            case .unmatched, .ambiguous: [ClinicalResource]()
            }
        return try retract.isOwed(
            by: member, Undoing(standing), errors: errors.filter { ErrorStatus.isSet(in: $0.resource) }, reader)
    }

    /// What is taken back from the payer; without a permit, no content goes along that the payer does not have.
    private func retraction(
        _ draft: ExchangeDraft, _ permitted: PermittedExchange?, errors: [ClinicalResource], _ undoing: Undoing,
        after parts: Int, _ reader: any StoreReader
    ) throws -> Retraction {
        try retract.made(
            for: draft.content.key, errors: errors.filter { ErrorStatus.isSet(in: $0.resource) },
            permitted: Set((permitted?.resources ?? []).map(\.staged.key)), permits: permitted != nil,
            undoing: undoing, after: parts,
            exchange: draft.id, received: draft.now, reader)
    }

    /// Shared resources on which an earlier exchange was based, as they are staged now.
    private func sharedHashes(
        of latest: Exchange, besides content: MemberContent, _ reader: any StoreReader
    ) throws -> [StagedHash] {
        let own = Set(content.hashes.map(\.key))
        return try reader.stagedHashes(latest.manifest.entries.map(\.key).filter { !own.contains($0) })
    }

    /// Everything that decides the exchange's content, in 64 bits: equal means there is nothing new.
    private func fingerprint(_ content: MemberContent, shared: [StagedHash], _ standing: Standing) -> Int64 {
        var bytes: [UInt8] = []
        for hash in (content.hashes + shared + standing.basis).sorted(by: { $0.key < $1.key }) {
            withUnsafeBytes(of: hash.key.bits) { bytes += $0 }
            withUnsafeBytes(of: hash.contentHash) { bytes += $0 }
        }
        bytes += standing.name.utf8
        bytes += map.wanted.sorted().joined(separator: ",").utf8
        bytes += map.mappings.hash.utf8
        bytes += map.identity.utf8
        return bytes.withUnsafeBytes(identities.contentHash)
    }
}
