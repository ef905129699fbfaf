import PDex

/// An exchange that is to be made again, and from which step.
struct Again: Sendable {
    let original: Exchange
    let step: Replay.Step
    let acceptsMappingChanges: Bool
    let onlyFailedEntries: Bool
    let identities: Identities

    init(
        _ original: Exchange, from step: Replay.Step, acceptsMappingChanges: Bool, onlyFailedEntries: Bool,
        identities: Identities
    ) {
        self.original = original
        self.step = step
        self.acceptsMappingChanges = acceptsMappingChanges
        self.onlyFailedEntries = onlyFailedEntries
        self.identities = identities
    }

    /// Refuses to silently map differently from the original. Bundles sent as they were are not mapped.
    func check(mapping: String) throws(Fault) {
        guard step != .submit, !acceptsMappingChanges, original.mapping != mapping else { return }
        throw Fault(
            .mappingChanged, .stop,
            "exchange \(original.id) was made with mappings \(original.mapping.prefix(8)), now they are \(mapping.prefix(8))",
            hint: "look at it with --dry-run; to replay it with the new ones, give --accept-mapping-changes")
    }

    /// Coverage and consent are decided again; the bundles are new, or the old ones whose fate is unknown.
    func made(by maker: ExchangeMaker, _ reader: any StoreReader) throws -> MadeExchange {
        let failed =
            onlyFailedEntries && step != .submit
            ? try FailedEntries(of: original, by: maker.terms.delivery.kind, identities, reader) : nil
        let made = try maker.make(original.member, reader, replaying: original, failed: failed)
        guard step == .submit, case .made(let now, _, _, let latest) = made.work else { return made }
        // If it is unmatched or withheld by now, that is the result.
        guard now.state != .unmatched, now.state != .withheld, now.consent != nil else { return made }
        let doubtful = try doubtful(reader)
        try demandCovered(by: now)
        if maker.terms.allowedTypes != nil { try demandSameRule(as: now) }
        let bundles = try doubtful.map { try bundle(of: $0, reader) }
        let id = identities.derived(
            "exchange", original.member.description, original.payer, maker.run.id, original.id, "as sent")
        let exchange = Exchange(
            id: id, job: original.job, run: maker.run.id, member: original.member, clinic: original.clinic,
            payer: original.payer, state: .queued, fingerprint: original.fingerprint, manifest: original.manifest,
            carried: original.carried, unchanged: original.unchanged, consent: now.consent, match: now.match,
            mapping: original.mapping, types: original.types, replayOf: original.id, created: now.created,
            updated: now.created)
        let states = [
            (ExchangeState.staged, "as it was sent by \(original.id)"), (.matched, now.match?.rule ?? ""),
            (.permitted, now.consent?.words ?? ""), (.mapped, "as it was"),
            (.queued, "\(bundles.count) bundle\(bundles.count == 1 ? "" : "s") as sent"),
        ]
        let audit = states.map { state, why in
            AuditEntry(
                at: now.created, actor: maker.actor, action: "exchange." + state.rawValue, run: maker.run.id,
                exchange: id, reason: why)
        }
        return MadeExchange(
            work: .made(exchange, bundles: bundles, audit: audit, superseding: latest), resources: made.resources)
    }

    /// The bundles of which nobody knows whether the payer has them; throws if there is none, or one is known.
    private func doubtful(_ reader: any StoreReader) throws -> [Submission] {
        let parked = try reader.submissions(ofExchange: original.id).filter { $0.state == .parked }
        let receipts = try reader.receipts(ofExchange: original.id)
        let answered = parked.first { submission in
            let last = receipts.last { $0.submission == submission.id }
            return last.map { ![.payerUnknownOutcome, .processLost].contains($0.fault) } ?? false
        }
        guard !parked.isEmpty, answered == nil else {
            throw refusal("what became of it is known", "replay it from the map step; then it is made anew")
        }
        return parked
    }

    /// What was permitted then must be permitted now, to the last resource, and still be there with the same content.
    private func demandCovered(by now: Exchange) throws {
        let going = now.manifest.entries.filter { $0.leftOut == nil }
        let present = Set(going.map(\.key))
        let sent = original.manifest.entries.filter { $0.leftOut == nil }
        let returned = original.manifest.entries.contains { $0.isTakenBack && present.contains($0.key) }
        guard !returned, sent.allSatisfy({ present.contains($0.key) }) else {
            throw refusal(
                "not everything in it may or can be sent now", "replay it from the map step; then it is made anew")
        }
        // Consent, sensitivity and coverage were decided for the content staged now, and for no other.
        let contents = Dictionary(going.map { ($0.key, $0.contentHash) }) { first, _ in first }
        let changed = sent.count { contents[$0.key] != $0.contentHash }
        guard changed == 0 else {
            throw refusal(
                "\(changed) of \(sent.count) resources have changed since, and what is permitted now was decided about "
                    + "them as they are", "replay it from the map step; then it is made anew")
        }
    }

    /// What the payer may not have may be inside a resource that it may have, which the manifest does not tell.
    private func demandSameRule(as now: Exchange) throws {
        guard original.consent?.rule == now.consent?.rule else {
            throw refusal(
                "it was made under another rule, or for other types that the payer may have",
                "replay it from the map step; then it is made anew")
        }
    }

    private func bundle(of submission: Submission, _ reader: any StoreReader) throws -> ExchangeBundle {
        guard let bytes = try reader.bundle(ofSubmission: submission.id),
            identities.hexDigest(bytes) == submission.contentDigest
        else { throw refusal("the bundle of part \(submission.part) is no longer kept", "replay it from the map step") }
        return ExchangeBundle(
            part: submission.part, entries: submission.entries, bytes: bytes, digest: submission.contentDigest)
    }

    private func refusal(_ why: String, _ hint: String) -> Fault {
        Fault(.exchangeNotReplayable, .stop, "exchange \(original.id) cannot be sent as it was: \(why)", hint: hint)
    }
}
