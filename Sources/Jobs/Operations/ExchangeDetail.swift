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
    /// Whether the store has been restored from a backup since: then it can only be replayed from the pull.
    public var predatesRestoration = false

    /// The bundles that the payer has acknowledged.
    public var acknowledged: [Submission] { submissions.filter { $0.state == .acknowledged } }

    /// What the gate found in resources sent, left out or held; the first twenty errors of an exchange are kept.
    public var remarked: [RemarkedResource] {
        audit.filter { $0.entry.action == GateFinding.action }
            .compactMap { $0.entry.reason.flatMap { GateFinding(line: $0) } }
            .map { RemarkedResource($0, in: exchange) }
    }
}
