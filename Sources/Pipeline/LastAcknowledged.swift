import PDex

/// What the payer acknowledged last of one member, and what has been on its way there since.
struct LastAcknowledged: Sendable {
    let exchange: Exchange?
    /// What was made since and is not acknowledged, the newest first.
    private let later: [Exchange]

    /// As many exchanges after the one that was acknowledged last as are looked through.
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

    /// What exchanges carry that are still to be delivered, or are being delivered, each with the content of the
    /// newest.
    ///
    /// Whoever takes the place of one carries it, too: an exchange of fewer types must not end what was to bring all.
    var underWay: [ResourceKey: Int64] {
        let carried = later.filter(\.mayStillArrive).flatMap { $0.manifest.entries.filter { $0.leftOut == nil } }
        return Dictionary(carried.map { ($0.key, $0.contentHash) }) { newest, _ in newest }
    }

    /// What the payer certainly still has of what it acknowledged; nil when that is not known of anything.
    ///
    /// Another content that was to take the place of one may have arrived since, or may arrive yet: it is not certain
    /// then, though the clinic has gone back to what was acknowledged (WR-14).
    func certain(_ reader: any StoreReader) throws -> ExchangeManifest? {
        guard let exchange, try !reader.predatesRestoration(exchange.id) else { return nil }
        // Nobody knows how much a retraction that is under way has taken back: it is undone as a whole.
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
    /// Whether something of it is to be delivered yet, or is being delivered.
    fileprivate var mayStillArrive: Bool { [.queued, .submitted, .retrying].contains(state) }
}
