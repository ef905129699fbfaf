import PDex

/// What the payer last acknowledged for one member, and what has been under way since.
struct LastAcknowledged: Sendable {
    let exchange: Exchange?
    /// Exchanges made since and not acknowledged, the newest first.
    private let later: [Exchange]

    /// The most exchanges after the last acknowledged one that are looked through.
    private static let mostExchanges = 1000

    /// Reads as far back as is needed; `latest` is the member's newest exchange.
    init(of member: ResourceKey, payer: String, latest: Exchange?, _ reader: any StoreReader) throws {
        let known = try reader.latestAcknowledged(member: member, payer: payer)
        exchange = known
        guard let latest, latest.id != known?.id else {
            later = []
            return
        }
        let filter = ExchangeFilter(member: member, payer: payer)
        later = try reader.exchanges(matching: filter, limit: Self.mostExchanges).prefix { $0.id != known?.id }
            .filter { $0.state != .acknowledged }
    }

    /// What undelivered exchanges carry, each resource with its newest content.
    ///
    /// An exchange that replaces one carries this, too: fewer types must not end a delivery that was to bring all.
    var underWay: [ResourceKey: Int64] {
        let carried = later.filter(\.mayStillArrive).flatMap { $0.manifest.entries.filter { $0.leftOut == nil } }
        return Dictionary(carried.map { ($0.key, $0.contentHash) }) { newest, _ in newest }
    }

    /// What the payer certainly still has of what it acknowledged; nil when nothing is certain.
    ///
    /// A resource is not certain if other content for it may have arrived since, or may still arrive, even if the
    /// clinic has gone back to the acknowledged content (WR-14).
    func certain(_ reader: any StoreReader) throws -> ExchangeManifest? {
        guard let exchange, try !reader.predatesRestoration(exchange.id) else { return nil }
        // It is unknown how much a retraction under way has taken back, so everything is sent again.
        guard !later.contains(where: { $0.manifest.entries.contains(where: \.isTakenBack) }) else { return nil }
        let hashes = Dictionary(exchange.manifest.entries.map { ($0.key, $0.contentHash) }) { first, _ in first }
        var doubtful: Set<ResourceKey> = []
        for other in later {
            let others = other.manifest.entries.filter { entry in
                entry.leftOut == nil && (other.mapping != exchange.mapping || hashes[entry.key] != entry.contentHash)
            }
            guard !others.isEmpty else { continue }
            if try other.mayStillArrive || Arrivals(of: other.id, reader).isPossible {
                doubtful.formUnion(others.map(\.key))
            }
        }
        return ExchangeManifest(exchange.manifest.entries.filter { !doubtful.contains($0.key) })
    }
}

extension Exchange {
    /// Whether any of it is still to be delivered, or is being delivered.
    fileprivate var mayStillArrive: Bool { [.queued, .submitted, .retrying].contains(state) }
}
