public import FHIR
public import PDex

/// Which entries of the audit trail are meant; all that is said must hold.
public struct AuditSelection: Sendable, Hashable {
    /// From this instant on.
    public var since: Instant?
    /// Before this instant.
    public var until: Instant?
    /// Of this run.
    public var run: String?
    /// Of this exchange: its id, or the beginning of it.
    public var exchange: String?
    /// About one of these persons: a patient of a clinic or a member of a payer. Empty means about anybody or nobody.
    public var persons: Set<ResourceKey>

    /// Says which are meant; nothing said means all.
    public init(
        since: Instant? = nil, until: Instant? = nil, run: String? = nil, exchange: String? = nil,
        persons: Set<ResourceKey> = []
    ) {
        self.since = since
        self.until = until
        self.run = run
        self.exchange = exchange
        self.persons = persons
    }

    /// Whether nothing but persons is said.
    var isOfAllTimes: Bool { since == nil && until == nil && run == nil && exchange == nil }

    /// Whether an entry is among them, as far as it can be told without its exchange.
    func admits(_ entry: AuditEntry) -> Bool {
        if let since, entry.at < since { return false }
        if let until, entry.at >= until { return false }
        return run == nil || entry.run == run
    }

    /// Whether an entry is about one of the persons: it happened to an exchange of theirs, or says their key.
    func isAbout(_ entry: AuditEntry, of exchange: Exchange?) -> Bool {
        guard !persons.isEmpty else { return true }
        if let exchange, persons.contains(exchange.member) { return true }
        if let member = exchange?.match?.member, persons.contains(member) { return true }
        return persons.contains { entry.reason?.contains($0.description) == true }
    }
}
