import FHIR
import PDex

/// Writes what was made for many members in one durable transaction: exchanges, bundles, submissions and audit.
struct ExchangeWriter: Sendable {
    let store: any Store
    let clock: any WallClock
    let actor: String

    /// `also` is written in the same transaction; if it throws, everything is undone.
    ///
    /// Returns the members for whom another process wrote or claimed something after they were read: nothing is written
    /// for them, because an older version must not follow a newer one. Replays check that themselves.
    @discardableResult
    func write(
        _ made: [MadeExchange], in run: Run, also: @Sendable (any StoreWriter) throws -> Void = { _ in }
    ) async throws -> [ResourceKey] {
        let now = clock.now()
        return try await store.write { writer in
            try also(writer)
            var overtaken: [ResourceKey] = []
            for item in made {
                switch item.work {
                case .unchanged: break
                case .met(let exchange): try writer.meet(exchange.id, in: run.id)
                case .made(let exchange, let bundles, let audit, let superseded):
                    guard try writer.standing(ofExchange: exchange.id) == nil else { continue }
                    guard try exchange.replayOf != nil || isLatest(superseded, of: exchange, item.seen, writer) else {
                        overtaken.append(exchange.member)
                        continue
                    }
                    if let superseded { try cancel(superseded, for: exchange, at: now, writer) }
                    try writer.insert(exchange, audit: audit)
                    try writer.enqueue(submissions(of: exchange, bundles, in: run.trigger.lane))
                }
            }
            return overtaken
        }
    }

    /// Whether no other exchange of the member was written since the latest was read, and no more of that was claimed:
    /// a claim may bring what the new one would have to take back.
    private func isLatest(
        _ superseded: Exchange?, of exchange: Exchange, _ seen: SeenDelivery?, _ reader: any StoreReader
    ) throws -> Bool {
        let latest = try reader.latestExchange(member: exchange.member, payer: exchange.payer)
        guard latest?.id == superseded?.id else { return false }
        guard let latest, let seen else { return true }
        return try SeenDelivery(of: latest.id, reader) == seen
    }

    /// A newer exchange replaces the older one: an older version is never sent after a newer one.
    private func cancel(
        _ older: Exchange, for newer: Exchange, at now: Instant, _ writer: any StoreWriter
    ) throws {
        guard let present = try writer.standing(ofExchange: older.id), present.state.successors.contains(.cancelled),
            try writer.cancelOpenSubmissions(ofExchange: older.id) == 0
        else { return }
        let entry = AuditEntry(
            at: now, actor: actor, action: "exchange.cancelled", run: newer.run, exchange: older.id,
            reason: "superseded by \(newer.id)")
        try writer.advance(
            older.id, to: .cancelled, reason: .superseded, detail: "superseded by \(newer.id)", at: now, audit: entry)
    }

    private func submissions(
        of exchange: Exchange, _ bundles: [ExchangeBundle], in lane: DeliveryLane
    ) -> [LeasedSubmission] {
        bundles.map { bundle in
            let submission = Submission(
                id: "\(exchange.id)-\(bundle.part)", exchange: exchange.id, clinic: exchange.clinic,
                payer: exchange.payer,
                member: exchange.member, part: bundle.part, notBefore: exchange.created, entries: bundle.entries,
                bytes: bundle.bytes.count, contentDigest: bundle.digest, lane: lane)
            return LeasedSubmission(submission: submission, bundle: bundle.bytes)
        }
    }
}
