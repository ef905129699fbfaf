import PDex

/// What looking at one member came to; written by the pipeline, many members in one transaction.
struct MadeExchange: Sendable {
    /// What is to be done with the store.
    enum Work: Sendable {
        /// The payer holds everything already.
        case unchanged
        /// Nothing changed since this exchange was made, which is not acknowledged: it is met again.
        case met(String)
        /// A new exchange, with its bundles and the audit entries of each state it passed.
        case made(Exchange, bundles: [ExchangeBundle], audit: [AuditEntry], superseding: Exchange?)
    }

    let work: Work
    let resources: RunReport.Resources

    /// Bytes that wait to be written.
    var weight: Int {
        guard case .made(_, let bundles, _, _) = work else { return 0 }
        return bundles.reduce(0) { $0 + $1.bytes.count }
    }
}
