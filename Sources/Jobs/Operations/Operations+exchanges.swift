public import PDex
import Pipeline

extension Operations {
    /// Exchanges that match, newest first.
    public func exchanges(_ filter: ExchangeFilter, limit: Int) async throws -> [Exchange] {
        try await store.read { try $0.exchanges(matching: filter, limit: limit) }
    }

    /// Where matching exchanges stand, newest first, without what they hold.
    public func lines(_ filter: ExchangeFilter, limit: Int) async throws -> [ExchangeLine] {
        try await store.read { try $0.lines(ofExchangesMatching: filter, limit: limit) }
    }

    /// One exchange with everything that happened to it, by its id or at least its first six characters.
    ///
    /// Throws `exchange.unknown` when no exchange has that id, `exchange.ambiguous` when several do.
    public func show(_ word: String) async throws -> ExchangeDetail {
        try await store.read { reader in
            let exchange = try known(word, reader)
            return ExchangeDetail(
                exchange: exchange, submissions: try reader.submissions(ofExchange: exchange.id),
                receipts: try reader.receipts(ofExchange: exchange.id),
                audit: try reader.audit(ofExchange: exchange.id),
                predatesRestoration: try reader.predatesRestoration(exchange.id))
        }
    }

    /// Takes an exchange back, by its id or the beginning of it; no more of its bundles are claimed.
    ///
    /// A bundle under way may still arrive, but is not retried. A replay in which the exchange waits skips it.
    ///
    /// Throws `exchange.unknown`, `exchange.ambiguous`, and `exchange.not-cancellable` when it has already ended.
    public func cancel(_ word: String, reason: String) async throws -> CancelOutcome {
        try await store.write { writer in
            let exchange = try known(word, writer)
            let id = exchange.id
            guard exchange.state.successors.contains(.cancelled) else {
                throw Fault(
                    .exchangeNotCancellable, .stop,
                    "exchange \(id) is \(exchange.state.rawValue): it cannot be cancelled",
                    hint: "there is nothing left to take back")
            }
            let underWay = try takeBack(exchange, as: .cancelledByOperator, reason: reason, writer)
            return CancelOutcome(exchange: try known(id, writer), underWay: underWay)
        }
    }

    /// Closes an exchange of which nothing more is to be sent; returns how many of its bundles are under way.
    func takeBack(
        _ exchange: Exchange, as code: FaultCode, reason: String, _ writer: any StoreWriter
    ) throws -> Int {
        let (id, now) = (exchange.id, clock.now())
        if let run = try writer.replayUnderWay(ofExchange: id) {
            _ = try writer.settle(ReplayItem(exchange: id, outcome: .cancelled), ofReplay: run)
        }
        let underWay = try writer.cancelOpenSubmissions(ofExchange: id)
        let entry = AuditEntry(
            at: now, actor: actor, action: "exchange.cancelled", run: exchange.run, exchange: id, reason: reason)
        try writer.advance(id, to: .cancelled, reason: code, detail: nil, at: now, audit: entry)
        return underWay
    }

    /// The exchange of that id, or the only one whose id begins with it.
    func known(_ word: String, _ reader: any StoreReader) throws -> Exchange {
        if let exchange = try reader.exchange(word) { return exchange }
        let found = word.utf8.count < Self.shortestPrefix ? [] : try reader.exchangeIDs(startingWith: word, limit: 2)
        guard found.count < 2 else {
            throw Fault(
                .exchangeAmbiguous, .stop, "more than one exchange has an id that begins so",
                hint: "give more of the id, as  pdex exchanges list  shows it")
        }
        if let id = found.first, let exchange = try reader.exchange(id) { return exchange }
        throw Fault(
            .exchangeUnknown, .stop, "there is no exchange of that id in the store",
            hint: "the first \(Self.shortestPrefix) characters of one are enough; see  pdex exchanges list")
    }

    /// The fewest characters that may stand for an id: among a million ids, two rarely begin with the same six.
    private static let shortestPrefix = 6
}
