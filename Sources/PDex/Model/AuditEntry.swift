public import FHIR

/// Who did what, when and why: one line of the append-only, hash-chained audit trail (AU-11).
public struct AuditEntry: Sendable, Hashable {
    /// When.
    public let at: Instant
    /// Who: `service`, or an operator's name as the operating system gives it.
    public let actor: String
    /// What: a dotted verb such as `exchange.permitted` or `submission.acknowledged`.
    public let action: String
    /// The run it happened in.
    public let run: String?
    /// The exchange it happened to.
    public let exchange: String?
    /// Why, in words or codes; never PHI.
    public let reason: String?

    /// Assembles an entry.
    public init(
        at: Instant, actor: String, action: String, run: String? = nil, exchange: String? = nil,
        reason: String? = nil
    ) {
        self.at = at
        self.actor = actor
        self.action = action
        self.run = run
        self.exchange = exchange
        self.reason = reason
    }
}

/// An audit entry in its place in the chain.
public struct RecordedAuditEntry: Sendable, Hashable {
    /// The place, from 1, without gaps.
    public let sequence: Int64
    /// What was recorded.
    public let entry: AuditEntry
    /// SHA-256 over the previous entry's hash and this entry, hexadecimal.
    public let hash: String

    /// Assembles a recorded entry.
    public init(sequence: Int64, entry: AuditEntry, hash: String) {
        self.sequence = sequence
        self.entry = entry
        self.hash = hash
    }
}
