import FHIR
import PDex

/// Packs retraction entries into bundles, each with a Provenance that says so (PV-01).
struct RetractionPacker: Sendable {
    let terms: ExchangeTerms
    let bundle: MakeBundles

    /// Bytes reserved for the Provenance, and for its target of each entry.
    private static let fixedBytes = 4096
    private static let bytesPerTarget = 240

    /// The bundles, numbered from `parts` + 1 on.
    func bundles(
        _ entries: [RetractionEntry], of member: ResourceKey, _ holdings: PayerHoldings, after parts: Int,
        exchange: String, received: Instant, _ reader: any StoreReader
    ) throws -> [ExchangeBundle] {
        guard !entries.isEmpty else { return [] }
        let provenance = bundle.provenance
        let staged = try provenance.stagedOrganization(reader).flatMap { key in
            try holdings.hashes[key] == nil ? nil : reader.staged(key)
        }
        let who = staged.map { bundle.writer.location(type: $0.type, id: $0.id) } ?? provenance.organizationLocation
        let organization =
            staged == nil
            ? [bundle.writer.entry(provenance.organization, location: provenance.organizationLocation)] : []
        let patient = try holdings.hashes[member] == nil ? nil : patientID(member, reader)
        return groups(of: entries, besides: 1 + organization.count).enumerated().map { index, group in
            let location = provenance.retractionLocation(of: group)
            let witness = provenance.retraction(
                of: group, patient: patient.map { bundle.writer.location(type: "Patient", id: $0) }, by: who,
                location: location, exchange: exchange, received: received)
            let all = organization + group.map(\.written) + [bundle.writer.entry(witness, location: location)]
            let bytes = bundle.bundle(all, received: received)
            return ExchangeBundle(
                part: parts + index + 1, entries: all.count, bytes: bytes,
                digest: provenance.identities.hexDigest(bytes))
        }
    }

    private func patientID(_ member: ResourceKey, _ reader: any StoreReader) throws -> String? {
        if let staged = try reader.staged(member) { return staged.id }
        return try reader.history(of: member).last.flatMap { try? Resource(parsing: $0.bytes).id }
    }

    private func groups(of entries: [RetractionEntry], besides fixed: Int) -> [[RetractionEntry]] {
        var groups: [[RetractionEntry]] = []
        var group: [RetractionEntry] = []
        var bytes = Self.fixedBytes
        for entry in entries {
            let weight = entry.written.count + Self.bytesPerTarget
            if !group.isEmpty,
                group.count + 1 + fixed > terms.delivery.maxEntries || bytes + weight > terms.delivery.maxBytes
            {
                groups.append(group)
                (group, bytes) = ([], Self.fixedBytes)
            }
            group.append(entry)
            bytes += weight
        }
        return group.isEmpty ? groups : groups + [group]
    }
}
