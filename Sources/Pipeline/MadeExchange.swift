import PDex

/// The result of examining one member; written by the pipeline, many members in one transaction.
struct MadeExchange: Sendable {
    /// What is to be written to the store.
    enum Work: Sendable {
        /// The payer holds everything already.
        case unchanged
        /// Nothing changed since this exchange was made, by this run or another: this run only records that it met it.
        case met(Exchange)
        /// A new exchange, with its bundles and the audit entries of each state it passed.
        case made(Exchange, bundles: [ExchangeBundle], audit: [AuditEntry], superseding: Exchange?)
    }

    let work: Work
    /// What is already certain about the member's resources; the rest depends on how the exchange ends.
    let resources: RunReport.Resources
    /// `Type/id` of what stays as the payer acknowledged it, when only failed entries are sent.
    var staying: [ResourceKey: String] = [:]
    /// What its manifest names because the payer has it, although the exchange is for fewer types.
    var besides: Set<ResourceKey> = []
    /// How far the exchange that it replaces was delivered when the member was examined.
    var seen: SeenDelivery?

    /// Whether it is a new exchange of one of those members.
    func isNew(ofOneAmong members: [ResourceKey]) -> Bool {
        if case .made(let exchange, _, _, _) = work { members.contains(exchange.member) } else { false }
    }

    /// How much the exchange takes back from the payer, or fails to, by code, if that run made it.
    func retracted(in run: String) -> [FaultCode: Int] {
        let exchange: Exchange
        switch work {
        case .unchanged: return [:]
        case .met(let met): exchange = met
        case .made(let made, _, _, _): exchange = made
        }
        guard exchange.run == run else { return [:] }
        let codes = exchange.manifest.entries.filter { $0.isTakenBack || $0.leftOut == .notRetracted }
            .compactMap(\.leftOut)
        return Dictionary(codes.map { ($0, 1) }, uniquingKeysWith: +)
    }

    /// Bytes that wait to be written.
    var weight: Int {
        guard case .made(_, let bundles, _, _) = work else { return 0 }
        return bundles.reduce(0) { $0 + $1.bytes.count }
    }
}
