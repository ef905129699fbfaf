public import PDex

/// The result that replaying one exchange would have, compared with what the payer last acknowledged.
public struct ReplayPreview: Sendable, Hashable {
    /// The first state of the new exchange.
    public let state: ExchangeState
    /// The reason, if that state is a side exit.
    public let reason: FaultCode?
    /// Resources that the payer does not have.
    public let added: Int
    /// Resources that the payer has in another version.
    public let changed: Int
    /// Resources that the payer has in this version, and gets again.
    public let repeated: Int
    /// Resources that would be taken back.
    public let retracted: Int
    /// Resources that would be left out, by reason.
    public let withheld: [FaultCode: Int]
    /// Bundles that would be sent.
    public let bundles: Int
    /// Entries in them, the Provenance included.
    public let entries: Int
    /// `Type/id` of what stays as the payer acknowledged it, if only failed entries are sent; sorted.
    public let staying: [String]

    init(_ made: MadeExchange, holdings: [ResourceKey: Int64]) {
        guard case .made(let exchange, let bundles, _, _) = made.work else {
            self.init(state: .acknowledged)
            return
        }
        let sent = exchange.manifest.entries.filter {
            $0.leftOut == nil && made.staying[$0.key] == nil && !made.besides.contains($0.key)
        }
        let repeated = sent.count { holdings[$0.key] == $0.contentHash }
        let added = sent.count { holdings[$0.key] == nil }
        let left = exchange.manifest.entries.filter { $0.leftOut != nil }
        self.init(
            state: exchange.state, reason: exchange.reason, added: added,
            changed: sent.count - added - repeated, repeated: repeated, retracted: left.count(where: \.isTakenBack),
            withheld: Dictionary(
                left.filter { !$0.isTakenBack }.compactMap(\.leftOut).map { ($0, 1) }, uniquingKeysWith: +),
            bundles: bundles.count, entries: bundles.reduce(0) { $0 + $1.entries },
            staying: made.staying.values.sorted())
    }

    /// Counts what would happen; nothing unless given.
    public init(
        state: ExchangeState, reason: FaultCode? = nil, added: Int = 0, changed: Int = 0, repeated: Int = 0,
        retracted: Int = 0, withheld: [FaultCode: Int] = [:], bundles: Int = 0, entries: Int = 0, staying: [String] = []
    ) {
        self.state = state
        self.reason = reason
        self.added = added
        self.changed = changed
        self.repeated = repeated
        self.retracted = retracted
        self.withheld = withheld
        self.bundles = bundles
        self.entries = entries
        self.staying = staying
    }
}
