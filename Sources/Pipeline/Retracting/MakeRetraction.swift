import FHIR
import Mappings
import PDex

/// Takes back what the payer acknowledged and the clinic then deleted or entered in error (WR-20, RD-18), and what was
/// sent under a consent since withdrawn, where the payer wants that (CO-10).
///
/// It needs no consent because it discloses nothing: content goes along only where the payer has exactly that or a
/// consent permits it now; otherwise only ids go.
struct MakeRetraction: Sendable {
    let terms: ExchangeTerms
    let map: MapResources
    let bundle: MakeBundles
    let segmentation: Segmentation
    let moved: MovedAway

    /// One resource to be taken back.
    private struct Item {
        let key: ResourceKey
        let contentHash: Int64
        let type: String
        let id: String
        /// The content that may go along; nil for none.
        let content: StagedResource?
        let way: ExchangeTerms.Retraction
    }

    /// Decides for one member; `errors` are staged resources that say they are in error, of which those in `permitted`
    /// may be sent. `permits` says whether a consent is in force, `undoing` what else should not be there.
    func made(
        for member: ResourceKey, errors: [ClinicalResource], permitted: Set<ResourceKey>, permits: Bool,
        undoing: Undoing, after parts: Int, exchange: String, received: Instant, _ reader: any StoreReader
    ) throws -> Retraction {
        guard terms.retraction != .off || terms.afterRevocation.retraction != nil else { return Retraction() }
        let holdings = try holdings(of: member, reader)
        guard !holdings.all.isEmpty || !holdings.marked.isEmpty else { return Retraction() }
        let undone = try undone(of: member, holdings, undoing, errors: errors, reader)
        let isUndone = Set(undone.map(\.key))
        let isAll = undoing.outlivesItsRun && terms.afterRevocation.retraction != nil
        let corrected =
            isAll
            ? []
            : try corrections(of: member, holdings, errors: errors, permitted: permitted, permits: permits, reader)
        var retraction = Retraction()
        var entries: [RetractionEntry] = []
        for item in (undone + corrected.filter { !isUndone.contains($0.key) }).sorted(by: { $0.key < $1.key }) {
            let entry = try entry(item, holdings, reader)
            // It was already listed for an operator, and nothing else can be done now.
            if entry == nil, holdings.told[item.key] != nil { continue }
            retraction.marks.append(
                .init(key: item.key, contentHash: item.contentHash, leftOut: entry?.code ?? .notRetracted))
            if let entry { entries.append(entry) }
        }
        let packer = RetractionPacker(terms: terms, bundle: bundle)
        retraction.bundles = try packer.bundles(
            entries, of: member, holdings, after: parts, exchange: exchange, received: received, reader)
        return retraction
    }

    /// What the clinic deleted, entered in error, or moved to a patient under whom the payer does not get it.
    private func corrections(
        of member: ResourceKey, _ holdings: PayerHoldings, errors: [ClinicalResource], permitted: Set<ResourceKey>,
        permits: Bool, _ reader: any StoreReader
    ) throws -> [Item] {
        guard terms.retraction != .off else { return [] }
        return errors.filter { holdings.all[$0.staged.key] != nil }.map { error in
            Item(
                key: error.staged.key, contentHash: error.staged.contentHash, type: error.staged.type,
                id: error.staged.id, content: permitted.contains(error.staged.key) ? error.staged : nil,
                way: terms.retraction)
        } + (try deleted(member, holdings, permits: permits, reader)) + (try movedAway(member, holdings, reader))
    }

    /// Whether something is still to be taken back from the payer, or listed, for one who withdrew or is not a member.
    ///
    /// Data under way at the withdrawal arrives after that decision, and the policy may be newer than the withdrawal:
    /// so this is checked even when nothing has changed.
    func isOwed(
        by member: ResourceKey, _ undoing: Undoing, errors: [ClinicalResource], _ reader: any StoreReader
    ) throws -> Bool {
        guard terms.afterRevocation.retraction != nil else { return false }
        let holdings = try holdings(of: member, reader)
        return try undone(of: member, holdings, undoing, errors: errors, reader).contains { item in
            try holdings.told[item.key] == nil || entry(item, holdings, reader) != nil
        }
    }

    /// What the payer holds of a member, or may hold.
    func holdings(of member: ResourceKey, _ reader: any StoreReader) throws -> PayerHoldings {
        try PayerHoldings(of: member, payer: terms.payer.name, by: bundle.writer, reader)
    }

    /// What the payer holds of the member but should not, except the Patient, which is the payer's own, Provenance, and
    /// what belongs to nobody.
    ///
    /// Content goes along only where the payer has exactly that, because neither the clinic's resource nor the mapping
    /// has changed since. For resources that are wrong or gone at the clinic, the way that undoes more is used. Where a
    /// withdrawal deletes, what was only marked as entered in error before is deleted, too.
    private func undone(
        of member: ResourceKey, _ holdings: PayerHoldings, _ undoing: Undoing, errors: [ClinicalResource],
        _ reader: any StoreReader
    ) throws -> [Item] {
        guard let way = terms.afterRevocation.retraction else { return [] }
        let all = holdings.concerned(by: undoing, marked: way == .delete)
        let wrong = Set(errors.map(\.staged.key))
        let elsewhere = try moved.lost(among: all.keys, of: member, reader)
        let lost = Dictionary(elsewhere.map { ($0.key, $0) }) { first, _ in first }
        let present = Set(try reader.stagedHashes(Array(all.keys)).map(\.key))
        return try all.compactMap { key, hash in
            guard let last = try lost[key] ?? last(key, of: member, reader), !SharedTypes.contains(last.type),
                !["Patient", "Provenance"].contains(last.type)
            else { return nil }
            let known = holdings.known(key)
            let isKnown = known.map { $0.hash == last.contentHash && $0.mapping == map.mappings.hash } ?? false
            let isCorrected = wrong.contains(key) || !present.contains(key) || lost[key] != nil
            return Item(
                key: key, contentHash: hash, type: last.type, id: last.id,
                content: isKnown && lost[key] == nil ? last : nil,
                way: isCorrected ? Self.stronger(way, terms.retraction) : way)
        }
    }

    /// The way that undoes more.
    private static func stronger(
        _ one: ExchangeTerms.Retraction, _ other: ExchangeTerms.Retraction
    ) -> ExchangeTerms.Retraction {
        let order: [ExchangeTerms.Retraction] = [.delete, .enteredInError, .notify]
        return order.first { $0 == one || $0 == other } ?? .off
    }

    /// A resource of the member as it is staged, or as it was before it was deleted; nil when it is now another
    /// patient's and the payer gets it as such.
    private func last(
        _ key: ResourceKey, of member: ResourceKey, _ reader: any StoreReader
    ) throws -> StagedResource? {
        if let staged = try reader.staged(key) {
            return staged.patient == nil || staged.patient == member ? staged : nil
        }
        guard let last = try reader.history(of: key).last, let resource = try? Resource(parsing: last.bytes),
            let id = resource.id
        else { return nil }
        return StagedResource(
            key: key, source: terms.clinic.name, type: resource.type, id: id, versionID: last.versionID,
            lastUpdated: nil, patient: member, contentHash: last.contentHash, bytes: last.bytes)
    }

    /// What now belongs to another patient but stays at the payer as the member's: its content is no longer the
    /// member's, so only its id can go along.
    private func movedAway(
        _ member: ResourceKey, _ holdings: PayerHoldings, _ reader: any StoreReader
    ) throws -> [Item] {
        let all = holdings.all
        return try moved.lost(among: all.keys, of: member, reader).map { staged in
            Item(
                key: staged.key, contentHash: all[staged.key] ?? staged.contentHash, type: staged.type, id: staged.id,
                content: nil, way: terms.retraction)
        }
    }

    /// What the payer holds but the clinic no longer has; what only moved to another patient is still there.
    private func deleted(
        _ member: ResourceKey, _ holdings: PayerHoldings, permits: Bool, _ reader: any StoreReader
    ) throws -> [Item] {
        let all = holdings.all
        let present = Set(try reader.stagedHashes(Array(all.keys)).map(\.key))
        return try all.filter { !present.contains($0.key) }.compactMap { key, hash in
            guard let last = try reader.history(of: key).last, let resource = try? Resource(parsing: last.bytes),
                let id = resource.id, !SharedTypes.contains(resource.type), resource.type != "Provenance"
            else { return nil }
            let isSayable = try permits && last.contentHash == hash && !isSensitive(resource, reader)
            let content = StagedResource(
                key: key, source: terms.clinic.name, type: resource.type, id: id, versionID: last.versionID,
                lastUpdated: nil, patient: member, contentHash: hash, bytes: last.bytes)
            return Item(
                key: key, contentHash: hash, type: resource.type, id: id, content: isSayable ? content : nil,
                way: terms.retraction)
        }
    }

    /// Whether a finding in the resource, or in a visit that it names, forbids sending more than its id.
    private func isSensitive(_ resource: Resource, _ reader: any StoreReader) throws -> Bool {
        func isHeld(_ resource: Resource) throws -> Bool {
            try segmentation.finding(in: resource, sensitive: false, reader) != nil
        }
        var visits: [ResourceKey] = []
        JSONValue.object(resource.json).forEachReference { text in
            if Reference(parsing: text).type == "Encounter", let key = bundle.stager.key(of: text) {
                visits.append(key)
            }
        }
        return try isHeld(resource)
            || visits.contains { key in
                let bytes = try reader.staged(key)?.bytes ?? reader.history(of: key).last?.bytes
                return try bytes.flatMap { try? Resource(parsing: $0) }.map(isHeld) ?? true
            }
    }

    /// The mapped resource; mapping expressions find only what the payer has of the member.
    private func mapped(
        _ content: StagedResource, _ cleared: Resource, _ holdings: PayerHoldings, _ reader: any StoreReader
    ) throws -> MappedResource? {
        let references = MappingReferences(bundle.stager) { key, reader in
            guard holdings.known(key) != nil, let staged = try reader.staged(key),
                key == content.patient || staged.patient == content.patient
            else { return nil }
            return try? Resource(parsing: staged.bytes)
        }
        guard case .success(let mapped) = try map.map(content, cleared, references, reader) else { return nil }
        return mapped.isJudged ? mapped : try? map.judged(mapped, among: nil).get()
    }

    /// The entry that takes it back; nil when somebody has to tell the payer instead. A Patient is never taken back.
    private func entry(_ item: Item, _ holdings: PayerHoldings, _ reader: any StoreReader) throws -> RetractionEntry? {
        guard item.type != "Patient" else { return nil }
        let location = bundle.writer.location(type: item.type, id: item.id)
        switch item.way {
        case .off, .notify: return nil
        case .delete:
            return RetractionEntry(location: location, id: item.id, contentHash: item.contentHash, bytes: nil)
        case .enteredInError:
            guard let content = item.content, let resource = try? Resource(parsing: content.bytes),
                let cleared = ErrorStatus.cleared(resource),
                let mapped = try mapped(content, cleared, holdings, reader)
            else { return nil }
            var json = JSONValue.object(ErrorStatus.set(on: mapped.json, of: resource))
            _ = try bundle.writer.rewrite(&json) { element in
                guard let text = element.reference else { return .masked }
                let resolution = ReferenceResolution(text, stager: bundle.stager)
                guard let key = try resolution.key(reader, stager: bundle.stager), holdings.known(key) != nil,
                    case .local(let type, let id, _) = Reference(parsing: text).relative(to: terms.clinic.base)
                else { return resolution.unresolved(terms).unspoken }
                return .node(key, location: bundle.writer.location(type: type, id: id))
            }
            return RetractionEntry(
                location: location, id: item.id, contentHash: item.contentHash,
                bytes: bundle.writer.entry(json, location: location))
        }
    }
}
