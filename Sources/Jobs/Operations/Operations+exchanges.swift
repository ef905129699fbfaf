public import PDex
import Pipeline

extension Operations {
    /// Exchanges that match, newest first.
    public func exchanges(_ filter: ExchangeFilter, limit: Int) async throws -> [Exchange] {
        try await store.read { try $0.exchanges(matching: filter, limit: limit) }
    }

    /// One exchange with everything that happened to it.
    ///
    /// Throws `exchange.unknown` when the store has none of that id.
    public func show(_ id: String) async throws -> ExchangeDetail {
        try await store.read { reader in
            let exchange = try known(id, reader)
            return ExchangeDetail(
                exchange: exchange, submissions: try reader.submissions(ofExchange: id),
                receipts: try reader.receipts(ofExchange: id), audit: try reader.audit(ofExchange: id))
        }
    }

    /// Makes exchanges anew from what is staged and delivers them; coverage, consent and mapping are looked at again.
    ///
    /// A dry run only tells which would be replayed and which cannot be, and why.
    public func replay(_ ids: [String], dryRun: Bool = false) async throws -> [ReplayOutcome] {
        var outcomes: [ReplayOutcome] = []
        for id in ids {
            let exchange = try await store.read { try known(id, $0) }
            guard exchange.state.isReplayable else {
                outcomes.append(.refused(id, "it is \(exchange.state.rawValue) and will go on by itself"))
                continue
            }
            let (member, payer) = (exchange.member, exchange.payer)
            let latest = try await store.read { try $0.latestExchange(member: member, payer: payer) }
            if let latest, latest.id != id, latest.state.isPending || latest.state == .acknowledged {
                outcomes.append(.refused(id, "a newer exchange of the same member, \(latest.id), took its place"))
                continue
            }
            if dryRun {
                outcomes.append(.eligible(id))
                continue
            }
            outcomes.append(.replayed(id, by: try await replay(exchange)))
        }
        return outcomes
    }

    /// Takes an exchange back; nothing more of it is sent.
    public func cancel(_ id: String, reason: String) async throws -> Exchange {
        let now = clock.now()
        let actor = actor
        return try await store.write { writer in
            let exchange = try known(id, writer)
            guard exchange.state.successors.contains(.cancelled) else {
                throw Fault(
                    .exchangeNotReplayable, .stop,
                    "exchange \(id) is \(exchange.state.rawValue): it cannot be cancelled")
            }
            _ = try writer.cancelOpenSubmissions(ofExchange: id)
            let entry = AuditEntry(
                at: now, actor: actor, action: "exchange.cancelled", run: exchange.run, exchange: id, reason: reason)
            try writer.advance(
                id, to: .cancelled, reason: .cancelledByOperator, detail: nil, at: now, audit: entry)
            return try known(id, writer)
        }
    }

    private func replay(_ exchange: Exchange) async throws -> Exchange {
        let pipeline = try await pipeline(exchange.job)
        let run = newRun(of: pipeline.terms, .replay, at: clock.now(), about: exchange.id)
        let entry = AuditEntry(
            at: run.instant, actor: actor, action: "exchange.replayed", run: exchange.run, exchange: exchange.id,
            reason: "by run \(run.id)")
        try await store.write { writer in
            try writer.open(run)
            try writer.record(entry)
        }
        let made = try await pipeline.replay(exchange, run: run)
        try await store.write {
            try $0.close(run.id, as: made.state == .acknowledged ? .complete : .partial, summary: [])
        }
        return made
    }

    private func known(_ id: String, _ reader: any StoreReader) throws -> Exchange {
        if let exchange = try reader.exchange(id) { return exchange }
        throw Fault(
            .exchangeUnknown, .stop, "there is no exchange of that id in the store",
            hint: "pdex exchanges list shows the ids")
    }
}
