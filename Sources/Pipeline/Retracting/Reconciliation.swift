import FHIR
import PDex

/// Finds what the clinic deleted without telling: what is staged, was not among everything that came, and is not there
/// when it is asked for by its id, twice (BLK-35, RD-17).
///
/// Absence alone proves nothing (SBS-45): a search may leave out what our permissions do not cover.
struct Reconciliation: Sendable {
    let clinic: any ClinicServer
    let store: any Store
    let tally: PullTally
    let observer: @Sendable (RunEvent) -> Void

    /// More than so many missing at once are a clinic's mistake more likely than its deletions: then none is taken for
    /// deleted, and an operator says whether they are.
    let mostMissing: Int

    /// So many unless an operator says otherwise.
    static let usualMost = 1000

    /// What of a patient's, of those types, is gone; nil when too much is missing to tell. `seen` is everything that
    /// came.
    func gone(
        of patient: ResourceKey, types: Set<String>, besides seen: Set<ResourceKey>
    ) async throws -> [ResourceKey]? {
        try await confirmed(
            try await store.read { reader in
                try Self.staged(reader.records(of: patient).filter { !seen.contains($0) }, of: types, reader)
            })
    }

    /// What is gone of the members of a run's roster; nil when too much is missing to tell. `seen` is everything that
    /// came, and what the `filters` do not let through was not to come.
    func gone(
        fromRosterOf run: String, source: String, types: Set<String>, besides seen: ArrivalSet, of filters: TypeFilters
    ) async throws -> [ResourceKey]? {
        let limit = filters.areNone ? mostMissing + 1 : Self.mostFiltered
        return try await confirmed(
            try await store.read { reader in
                let keys = try reader.missing(
                    ofRosterOf: run, source: source, types: types, besides: seen, limit: limit)
                var missing: [StagedResource] = []
                for key in keys where missing.count <= mostMissing {
                    guard let staged = try reader.staged(key), types.contains(staged.type) else { continue }
                    let isWanted =
                        filters.areNone
                        || (try? Resource(parsing: staged.bytes)).map { filters.allow(staged, $0) } ?? true
                    if isWanted { missing.append(staged) }
                }
                return missing
            })
    }

    /// So many that did not come are held against a job's filters.
    private static let mostFiltered = 1_000_000

    private static func staged(
        _ keys: [ResourceKey], of types: Set<String>, _ reader: any StoreReader
    ) throws -> [StagedResource] {
        try keys.compactMap(reader.staged).filter { types.contains($0.type) }
    }

    private func confirmed(_ missing: [StagedResource]) async throws -> [ResourceKey]? {
        guard missing.count <= mostMissing else {
            observer(.note("more than \(mostMissing) resources did not come again; none is taken for deleted"))
            await tally.refused(.clinicManyMissing)
            return nil
        }
        var gone = missing
        for _ in 0..<2 where !gone.isEmpty {
            var still: [StagedResource] = []
            for item in gone where try await isGone(item) { still.append(item) }
            gone = still
        }
        if !gone.isEmpty { observer(.note("\(gone.count) resources are no longer at the clinic")) }
        return gone.map(\.key)
    }

    /// A refusal is no answer to whether it is there.
    private func isGone(_ item: StagedResource) async throws -> Bool {
        await tally.requested()
        do {
            return try await clinic.read(type: item.type, id: item.id) == nil
        } catch let fault as Fault where fault.disposition != .retry {
            return false
        }
    }
}
