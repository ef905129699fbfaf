import FHIR
public import PDex

extension Operations {
    /// Entries read in one transaction.
    private static let auditPage = 500

    /// Passes the selected entries to `take`, oldest first, with what the store knows about them; returns their number.
    ///
    /// Each page is a transaction of its own, so that no writer waits for the whole. Throws `exchange.unknown`,
    /// `exchange.ambiguous`, `run.unknown`, and `member.unknown` for a person known to neither the trail nor the store:
    /// a misspelt id must not look as if nothing had been disclosed.
    public func audit(
        _ selection: AuditSelection, _ take: @Sendable ([AuditLine]) throws -> Void
    ) async throws -> Int {
        if let word = selection.exchange {
            let lines = try await store.read { reader in
                let exchange = try known(word, reader)
                return try Self.lines(try reader.audit(ofExchange: exchange.id), selection, reader)
            }
            try take(lines)
            return lines.count
        }
        if let run = selection.run, try await store.read({ try $0.run(run) }) == nil {
            throw Fault(
                .runUnknown, .stop, "there is no run of that id in the store",
                hint: "pdex runs list  shows them; give the whole id")
        }
        var selection = selection
        let persons = selection.persons
        selection.persons = try await store.read { try Self.widened(persons, $0) }
        var count = 0
        var after: Int64 = 0
        while true {
            let page = try await store.read { [after, selection] reader in
                let entries = try reader.audit(after: after, limit: Self.auditPage)
                let lines = try Self.lines(entries, selection, reader)
                return (last: entries.count < Self.auditPage ? nil : entries.last?.sequence, lines: lines)
            }
            try take(page.lines)
            count += page.lines.count
            guard let last = page.last else { break }
            after = last
        }
        if count == 0, selection.isOfAllTimes, !persons.isEmpty, selection.persons == persons,
            try await store.read({ reader in try persons.compactMap(reader.staged).isEmpty })
        {
            throw Fault(
                .memberUnknown, .stop, "neither the store nor the audit trail knows a person of that id",
                hint: "give the Patient's id at the clinic or at the payer, or the key that  pdex exchanges show  tells"
            )
        }
        return count
    }

    /// The persons, and those at the other side whom they were ever matched with.
    private static func widened(
        _ persons: Set<ResourceKey>, _ reader: any StoreReader
    ) throws -> Set<ResourceKey> {
        var wide = persons
        for person in persons {
            for exchange in try reader.exchanges(matching: ExchangeFilter(member: person), limit: mostExchanges) {
                if let member = exchange.match?.member { wide.insert(member) }
            }
            for exchange in try reader.exchanges(matching: ExchangeFilter(recognised: person), limit: mostExchanges) {
                wide.insert(exchange.member)
            }
        }
        return wide
    }

    /// Most exchanges of one person that are looked at.
    private static let mostExchanges = 1000

    private static func lines(
        _ entries: [RecordedAuditEntry], _ selection: AuditSelection, _ reader: any StoreReader
    ) throws -> [AuditLine] {
        var exchanges: [String: Exchange] = [:]
        return try entries.compactMap { recorded in
            guard selection.admits(recorded.entry) else { return nil }
            if let id = recorded.entry.exchange, exchanges[id] == nil { exchanges[id] = try reader.exchange(id) }
            let exchange = recorded.entry.exchange.flatMap { exchanges[$0] }
            guard selection.isAbout(recorded.entry, of: exchange) else { return nil }
            return try AuditLine(recorded, of: exchange, reader)
        }
    }

    /// The selection that an operator's options describe: instants as in `--where`, a run, an exchange, and a person by
    /// key or by id at any of `sources`. Throws `usage.invalid`.
    public func auditSelection(
        since: String?, until: String?, run: String?, exchange: String?, member: String?, among sources: [String]
    ) throws(Fault) -> AuditSelection {
        var selection = AuditSelection(run: run, exchange: exchange)
        if let since { selection.since = try instant(since, "--since") }
        if let until { selection.until = try instant(until, "--until") }
        if let member {
            let keys = sources.map { identities.key(source: $0, type: "Patient", id: member) }
            selection.persons = Set(keys + [ResourceKey(member)].compactMap(\.self))
        }
        return selection
    }

    private func instant(_ text: String, _ option: String) throws(Fault) -> Instant {
        if let instant = ExchangeQuery.instant(text, now: clock.now()) { return instant }
        throw Fault(
            .usage, .stop, "\(option) is no time",
            hint: "say 90m, 12h, 2d, 1w, 2026-06-01 or 2026-06-01T02:15:00Z")
    }
}
