import FHIR
import PDex

/// What the payer holds of one member, or may hold: all that was ever sent, less what was taken back since (WR-20).
struct PayerHoldings: Sendable {
    /// The content hash of each resource as last acknowledged.
    private(set) var hashes: [ResourceKey: Int64] = [:]
    /// What may have arrived in addition: its answer was lost, or only a part was accepted.
    private(set) var doubtful: [ResourceKey: Int64] = [:]
    /// What is or may be there, and was left for an operator to report to the payer.
    private(set) var told: [ResourceKey: Int64] = [:]
    /// What is there marked as entered in error: that is enough unless it has to be deleted.
    private(set) var marked: [ResourceKey: Int64] = [:]
    /// The mapping set by which the acknowledged content was written.
    private(set) var mappings: [ResourceKey: String] = [:]
    /// The evidence on which the patient was taken for a member when it was sent.
    private(set) var members: [ResourceKey: Set<MatchEvidence>] = [:]

    /// The most exchanges that are looked back at.
    static let mostExchanges = 10_000

    /// Reads every exchange of the member; `writer` says where its resources are written.
    init(of member: ResourceKey, payer: String, by writer: EntryWriter, _ reader: any StoreReader) throws {
        try self.init(of: member, payer: payer, reader) { key in
            if let staged = try reader.staged(key) { return writer.location(type: staged.type, id: staged.id) }
            guard let last = try reader.history(of: key).last, let resource = try? Resource(parsing: last.bytes),
                let id = resource.id
            else { return nil }
            return writer.location(type: resource.type, id: id)
        }
    }

    /// Reads every exchange of the member; `place` says where a resource is written, as `Type/id`.
    init(
        of member: ResourceKey, payer: String, _ reader: any StoreReader, place: (ResourceKey) throws -> String?
    ) throws {
        let filter = ExchangeFilter(member: member, payer: payer)
        let exchanges = Array(try reader.exchanges(matching: filter, limit: Self.mostExchanges).reversed())
        let isRestored = try exchanges.first.map { try reader.predatesRestoration($0.id) } ?? false
        for exchange in exchanges {
            let isBefore = try isRestored && reader.predatesRestoration(exchange.id)
            if exchange.state == .acknowledged {
                for entry in exchange.manifest.entries { take(entry, of: exchange, isBefore) }
                if let match = exchange.match { renewMarks(by: match) }
            } else {
                try add(partOf: exchange, isBefore, reader, place)
                // The run that made the exchange listed these, whatever became of it since.
                for entry in exchange.manifest.entries where entry.leftOut == .notRetracted { leave(entry) }
            }
        }
    }

    /// Everything that is or may be there, with the content sent last, except what is marked as entered in error.
    var all: [ResourceKey: Int64] {
        told.merging(hashes) { $1 }.merging(doubtful) { $1 }
    }

    /// The part that `undoing` concerns; with `marked`, also what is only marked as entered in error.
    func concerned(by undoing: Undoing, marked isMarkedToo: Bool = false) -> [ResourceKey: Int64] {
        let all = isMarkedToo ? marked.merging(self.all) { $1 } : self.all
        return all.filter { undoing.concerns(members[$0.key] ?? []) }
    }

    /// The content that the payer has for certain, and its mapping set; nil when that is not known.
    func known(_ key: ResourceKey) -> (hash: Int64, mapping: String)? {
        guard doubtful[key] == nil, let hash = hashes[key] ?? told[key], let mapping = mappings[key] else { return nil }
        return (hash, mapping)
    }

    /// Whether anything of the member was ever sent to the payer, or may be claimed for sending at any time.
    static func arePossible(of member: ResourceKey, payer: String, _ reader: any StoreReader) throws -> Bool {
        if try reader.latestAcknowledged(member: member, payer: payer) != nil { return true }
        let filter = ExchangeFilter(
            states: [.queued, .submitted, .retrying, .parked, .withheld, .cancelled], member: member, payer: payer)
        return try reader.exchanges(matching: filter, limit: mostExchanges).contains { exchange in
            try exchange.isDisclosing
                && (exchange.state == .queued || Arrivals(of: exchange.id, reader).isPossible)
        }
    }

    private mutating func take(_ entry: ExchangeManifest.Entry, of exchange: Exchange, _ isBefore: Bool) {
        switch entry.leftOut {
        case nil:
            hashes[entry.key] = entry.contentHash
            mappings[entry.key] = exchange.mapping
            members[entry.key] = Set([exchange.match].compactMap(\.self))
            (doubtful[entry.key], told[entry.key], marked[entry.key]) = (nil, nil, nil)
        case .retracted where isBefore, .retractedByDelete where isBefore:
            // The store was restored from a backup since: what it records as taken back may have been sent again.
            break
        case .retracted:
            // The evidence is kept: it may still have to be deleted.
            forget(entry.key)
            marked[entry.key] = entry.contentHash
        case .retractedByDelete:
            forget(entry.key)
            (marked[entry.key], members[entry.key]) = (nil, nil)
        case .notRetracted: leave(entry)
        default: break
        }
    }

    /// Gives marked resources the newer evidence for the same person, as held ones get it.
    private mutating func renewMarks(by match: MatchEvidence) {
        for key in marked.keys where members[key]?.allSatisfy({ $0.isSamePerson(as: match) }) == true {
            members[key] = [match]
        }
    }

    private mutating func forget(_ key: ResourceKey) {
        (hashes[key], doubtful[key], told[key], mappings[key]) = (nil, nil, nil, nil)
    }

    private mutating func leave(_ entry: ExchangeManifest.Entry) {
        if known(entry.key) == nil { mappings[entry.key] = nil }
        told[entry.key] = hashes[entry.key] ?? told[entry.key] ?? entry.contentHash
        (hashes[entry.key], doubtful[entry.key]) = (nil, nil)
    }

    /// Adds what arrived of an exchange that is not acknowledged as a whole.
    private mutating func add(
        partOf exchange: Exchange, _ isBefore: Bool, _ reader: any StoreReader, _ place: (ResourceKey) throws -> String?
    ) throws {
        guard exchange.isDisclosing else { return }
        let arrivals = try Arrivals(of: exchange.id, reader)
        guard arrivals.isPossible else { return }
        for entry in exchange.manifest.entries where entry.leftOut == nil {
            if let place = try place(entry.key), arrivals.places.contains(place) {
                take(entry, of: exchange, isBefore)
            } else if arrivals.areDoubtful,
                hashes[entry.key] != entry.contentHash || mappings[entry.key] != exchange.mapping
            {
                doubtful[entry.key] = entry.contentHash
                // It may have replaced what was marked, which was perhaps sent as another member's.
                if marked.removeValue(forKey: entry.key) != nil { members[entry.key] = nil }
                if let match = exchange.match { members[entry.key, default: []].insert(match) }
                told[entry.key] = nil
            }
        }
    }
}

extension Exchange {
    /// Whether its manifest names anything that is in a bundle, or that the payer has already.
    fileprivate var isDisclosing: Bool {
        manifest.entries.contains { $0.leftOut == nil }
    }
}
