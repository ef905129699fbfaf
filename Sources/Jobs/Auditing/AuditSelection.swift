public import FHIR
public import PDex

/// Selects entries of the audit trail; an entry must meet every criterion given.
public struct AuditSelection: Sendable, Hashable {
    /// From this instant on.
    public var since: Instant?
    /// Before this instant.
    public var until: Instant?
    /// In this run.
    public var run: String?
    /// On this exchange: its id, or the beginning of it.
    public var exchange: String?
    /// Patients of a clinic or members of a payer, one of whom an entry must be about; empty means no such condition.
    public var persons: Set<ResourceKey>

    /// A selection; without criteria it selects everything.
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

    /// Whether persons are the only criterion, if there is one.
    var isOfAllTimes: Bool { since == nil && until == nil && run == nil && exchange == nil }

    /// Whether an entry is selected, as far as that can be decided without its exchange.
    func admits(_ entry: AuditEntry) -> Bool {
        if let since, entry.at < since { return false }
        if let until, entry.at >= until { return false }
        return run == nil || entry.run == run
    }

    /// Whether an entry is about one of the persons: it is on an exchange of theirs, or its text contains their key.
    func isAbout(_ entry: AuditEntry, of exchange: Exchange?) -> Bool {
        guard !persons.isEmpty else { return true }
        if let exchange, persons.contains(exchange.member) { return true }
        if let member = exchange?.match?.member, persons.contains(member) { return true }
        return persons.contains { entry.reason?.contains($0.description) == true }
    }
}
