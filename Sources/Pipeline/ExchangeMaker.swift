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
    let clock: any WallClock
    let actor: String

    /// Looks at one member; `replaying` makes a new exchange even when nothing changed.
    func make(
        _ member: ResourceKey, _ reader: any StoreReader, replaying: Exchange? = nil
    ) throws -> MadeExchange {
        let latest = try reader.latestExchange(member: member, payer: terms.payer.name)
        let step = try join.outcome(for: member, reader)
        let content = try step.content ?? MemberContent(key: member, hashes: reader.compartmentHashes(of: member))
        let standing = try Standing(step, consent: consent, reader)
        if replaying == nil, let latest {
            let shared = try sharedHashes(of: latest, besides: content, reader)
            if latest.fingerprint == fingerprint(content, shared: shared, standing) {
                return met(latest, content)
            }
        }
        return try write(content, standing, latest: latest, replaying: replaying, reader)
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
        _ reader: any StoreReader
    ) throws -> MadeExchange {
        let now = clock.now()
        // A run that goes on may find that coverage or consent changed meanwhile: that makes another exchange.
        let basis = fingerprint(content, shared: [], standing)
        var draft = ExchangeDraft(
            id: identities.derived(
                "exchange", content.key.description, terms.payer.name, run.id, replaying?.id ?? "", "\(basis)"),
            content: content, now: now, run: run.id, actor: actor)
        var shared: [StagedHash] = []
        var bundles: [ExchangeBundle] = []
        switch standing {
        case .unmatched(let code, let why): draft.leave(as: .unmatched, code, why)
        case .ambiguous(let code, let why, let evidence):
            draft.match = evidence
            draft.leave(as: .parked, code, why)
        case .withheld(let matched, let code, let evidence):
            draft.match = matched.match
            draft.pass(.matched, why: matched.match.rule)
            draft.consent = evidence
            draft.leave(as: .withheld, code, evidence.rule, audited: "\(code.rawValue): \(evidence.words)")
        case .permitted(let permitted):
            draft.match = permitted.matched.match
            draft.pass(.matched, why: permitted.matched.match.rule)
            draft.pass(.permitted, why: permitted.evidence.words)
            draft.consent = permitted.evidence
            switch map.outcome(for: permitted) {
            case .parked(let code, let why, let remarks):
                draft.note(remarks)
                draft.leave(as: .parked, code, why)
            case .mapped(let mapped):
                draft.pass(.mapped, why: mapped.summary)
                draft.note(mapped.remarks)
                do {
                    let known = try reader.latestAcknowledged(member: content.key, payer: terms.payer.name)
                    let made = try bundle.bundles(
                        for: mapped, exchange: replaying?.id ?? draft.id, received: now,
                        known: replaying == nil && known?.mapping == map.mappings.hash ? known?.manifest : nil,
                        reader)
                    draft.bundle(mapped, made)
                    bundles = made.bundles
                    shared = made.held.filter(\.isShared).map { StagedHash(key: $0.key, contentHash: $0.contentHash) }
                } catch let fault as Fault where fault.disposition == .park {
                    draft.leave(as: .parked, fault.code, fault.message)
                }
            }
        }
        let exchange = draft.exchange(
            terms: terms, mapping: map.mappings.hash, fingerprint: fingerprint(content, shared: shared, standing),
            replayOf: replaying?.id)
        return MadeExchange(
            work: .made(exchange, bundles: bundles, audit: draft.audit, superseding: latest), resources: draft.resources
        )
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
        bytes += map.gate.identity.utf8
        return bytes.withUnsafeBytes(identities.contentHash)
    }
}
