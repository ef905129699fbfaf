public import PDex

/// One exchange with everything that happened to it.
public struct ExchangeDetail: Sendable {
    /// The exchange.
    public let exchange: Exchange
    /// Its bundles, by part.
    public let submissions: [Submission]
    /// What the payer answered, by part and attempt.
    public let receipts: [Receipt]
    /// Who did what to it, oldest first.
    public let audit: [RecordedAuditEntry]
}
