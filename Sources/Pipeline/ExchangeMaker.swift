import FHIR
import Mappings
import PDex

/// Steps 2 to 5 for one member: from what is staged to bundles in hand, in one consistent read.
struct ExchangeMaker: Sendable {
    let terms: ExchangeTerms
    let run: Run
    let identities: Identities
    let join: Join
    let consent: CheckConsent
    let map: MapResources
    let bundle: MakeBundles
    let retract: MakeRetraction
    let clock: any WallClock
    let actor: String

    /// Looks at one member; `replaying` makes a new exchange even when nothing changed, of nothing but
    /// `failed` where that is given.
    func make(
        _ member: ResourceKey, _ reader: any StoreReader, replaying: Exchange? = nil, failed: FailedEntries? = nil
    ) throws -> MadeExchange {
        let latest = try reader.latestExchange(member: member, payer: terms.payer.name)
        let step = try join.outcome(for: member, reader)
        let content = try step.content ?? MemberContent(key: member, hashes: reader.compartmentHashes(of: member))
        let standing = try Standing(step, consent: consent, reader)
        if replaying == nil, let latest {
            let shared = try sharedHashes(of: latest, besides: content, reader)
            // Withheld at the moment of sending, and permitted again as before: what it rests on looks the same. Or taken back
            // with the request that made it, which says nothing of what others want.
            let isPermittedAgain =
                (latest.state == .withheld || latest.reason == .requestTakenBack) && standing.isPermitted
            if !isPermittedAgain, latest.fingerprint == fingerprint(content, shared: shared, standing),
                try !Undoing(standing).outlivesItsRun || !isOwed(by: member, standing, reader),
                // A restored store does not know what has become since of what it remembers: it is made again, unless
                // somebody had taken it back.
                try latest.reason == .cancelledByOperator || !reader.predatesRestoration(latest.id)
            {
                return met(latest, content)
            }
        }
        return try write(content, standing, latest: latest, replaying: replaying, failed: failed, reader)
    }

    private func met(_ latest: Exchange, _ content: MemberContent) -> MadeExchange {
        let own = Set(content.hashes.map(\.key))
        // An interrupted run that goes on meets what it made itself.
        let isUnchanged = latest.state == .acknowledged && latest.run != run.id
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

    private func write(
        _ content: MemberContent, _ standing: Standing, latest: Exchange?, replaying: Exchange?,
        failed: FailedEntries?, _ reader: any StoreReader
    ) throws -> MadeExchange {
        let now = clock.now()
        // A run that goes on may find that coverage or consent changed meanwhile: that makes another exchange. So does one
        // that a restored store remembers to have made it.
        let basis = fingerprint(content, shared: [], standing)
        let remembered = try latest.flatMap { try reader.predatesRestoration($0.id) ? $0.id : nil }
        var draft = ExchangeDraft(
            id: identities.derived(
                "exchange", content.key.description, terms.payer.name, run.id, replaying?.id ?? remembered ?? "",
                "\(basis)"),
            content: content, now: now, run: run.id, actor: actor)
        let undoing = Undoing(standing)
        var shared: [StagedHash] = []
        var staying: [ResourceKey: String] = [:]
        var bundles: [ExchangeBundle] = []
        switch standing {
        case .unmatched(let code, let why):
            let taken = try retraction(draft, nil, errors: [], undoing, after: 0, reader)
            draft.leave(as: .unmatched, code, why, retracting: taken)
            bundles = taken.bundles
        case .ambiguous(let code, let why, let evidence):
            draft.match = evidence
            let taken =
                try isOwed(by: content.key, standing, reader)
                ? retraction(draft, nil, errors: [], undoing, after: 0, reader) : Retraction()
            draft.leave(as: .parked, code, why, retracting: taken)
            bundles = taken.bundles
        case .withheld(let matched, let code, let evidence):
            draft.match = matched.match
            draft.pass(.matched, why: matched.match.rule)
            let taken = try retraction(
                draft, nil, errors: matched.member.resources, undoing, after: 0, reader)
            // What only takes back rests on no consent, and on none that withholds.
            if taken.bundles.isEmpty { draft.consent = evidence }
            draft.leave(
                as: .withheld, code, evidence.rule, audited: "\(code.rawValue): \(evidence.words)", retracting: taken)
            bundles = taken.bundles
        case .permitted(let permitted):
            draft.match = permitted.matched.match
            draft.pass(.matched, why: permitted.matched.match.rule)
            if try isOwed(by: content.key, standing, reader) {
                let moved = try retraction(
                    draft, nil, errors: permitted.matched.member.resources, undoing, after: 0, reader)
                draft.leave(as: .withheld, .matchMoved, Self.moved, retracting: moved)
                bundles = moved.bundles
                break
            }
            draft.pass(.permitted, why: permitted.words)
            draft.consent = permitted.evidence
            let last = try LastAcknowledged(of: content.key, payer: terms.payer.name, latest: latest, reader)
            let outcome = try map.outcome(for: permitted, underWay: last.underWay, bundle.shared, reader)
            switch outcome {
            case .parked(let code, let why, let remarks):
                draft.note(remarks)
                draft.leave(as: .parked, code, why)
            case .mapped(let mapped):
                draft.pass(.mapped, why: mapped.summary)
                let travelling = [mapped.patient] + mapped.resources + mapped.provenance
                var isNoted = false
                do {
                    let isKnown =
                        replaying == nil && last.exchange?.mapping == map.mappings.hash
                        && last.exchange?.match?.isSamePerson(as: permitted.matched.match) ?? true
                    let manifest = isKnown ? try last.certain(reader) : nil
                    let taken = try failed.map {
                        TakenEntries(
                            failed: $0, holdings: try retract.holdings(of: content.key, reader),
                            mapping: map.mappings.hash, match: permitted.matched.match)
                    }
                    let made = try bundle.bundles(
                        for: mapped, exchange: replaying?.id ?? draft.id, received: now,
                        known: manifest, taken: taken, reader)
                    staying = made.staying
                    draft.note(mapped.remarks + (try bundle.shared.remarks(on: travelling, reader)))
                    isNoted = true
                    let sent = Set(made.held.map(\.key))
                    let back = try retraction(
                        draft, permitted,
                        errors: permitted.matched.member.resources.filter { !sent.contains($0.staged.key) }, .nothing,
                        after: made.bundles.count, reader)
                    let besides = try HeldBesides(manifest, mapped, made, back, content, reader)
                    draft.bundle(mapped, made, back, besides)
                    bundles = made.bundles + back.bundles
                    shared =
                        made.held.filter(\.isShared).map { StagedHash(key: $0.key, contentHash: $0.contentHash) }
                        + besides.shared
                } catch let fault as Fault where fault.disposition == .park {
                    if !isNoted { draft.note(mapped.remarks + (try bundle.shared.remarks(on: travelling, reader))) }
                    draft.leave(as: .parked, fault.code, fault.message)
                }
            }
        }
        // An exchange that only takes back is not how the member stands: the next run looks again.
        let isAside = draft.consent == nil && !bundles.isEmpty
        let exchange = draft.exchange(
            terms: terms, mapping: map.mappings.hash,
            fingerprint: fingerprint(content, shared: shared, standing) ^ (isAside ? 1 : 0),
            replayOf: replaying?.id)
        return MadeExchange(
            work: .made(exchange, bundles: bundles, audit: draft.audit, superseding: latest),
            resources: draft.resources,
            staying: staying)
    }

    /// Why nothing goes out as one member while the payer has to be told that it was another.
    private static let moved =
        "the payer has it as another member's: that is taken back first, and the next run sends it as this one's"

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

    /// What is taken back from the payer; without a permit nothing but ids can be.
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

    /// Shared resources that an earlier exchange rested on, as they are staged now.
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
