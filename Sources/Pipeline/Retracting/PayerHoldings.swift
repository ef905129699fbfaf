import PDex

/// What the payer holds of one member: all that it has acknowledged, less what was taken back since (WR-20).
struct PayerHoldings: Sendable {
    /// The content of each resource as it was acknowledged last.
    private(set) var hashes: [ResourceKey: Int64] = [:]
    /// The mapping set by which it was written then.
    private(set) var mappings: [ResourceKey: String] = [:]

    /// More exchanges than so many are not looked back at.
    private static let mostExchanges = 10_000

    init(of member: ResourceKey, payer: String, _ reader: any StoreReader) throws {
        let filter = ExchangeFilter(
            states: [.acknowledged, .withheld, .unmatched], member: member, payer: payer)
        for exchange in try reader.exchanges(matching: filter, limit: Self.mostExchanges).reversed() {
            let isTaken = exchange.state == .acknowledged
            for entry in exchange.manifest.entries {
                switch entry.leftOut {
                case nil where isTaken:
                    hashes[entry.key] = entry.contentHash
                    mappings[entry.key] = exchange.mapping
                case .retracted where isTaken, .notRetracted: hashes[entry.key] = nil
                default: break
                }
            }
        }
    }
}
