import FHIR
import PDex

/// Finds what the clinic deleted without saying so: resources that are staged, missing from a full fetch, and not found
/// when they are read by id, twice (BLK-35, RD-17).
///
/// Absence alone proves nothing (SBS-45): a search may leave out what our permissions do not cover. A resource that is
/// still there is staged as read, since it may belong to another patient now.
struct Reconciliation: Sendable {
    /// The result of the search.
    struct Finding: Sendable {
        /// What is no longer at the clinic.
        var gone: [ResourceKey] = []
        /// Whether that is all: not if too much is missing, or something was read that cannot be staged.
        var isSettled = true
    }

    let clinic: any ClinicServer
    let intake: Intake

    /// If more resources than this are missing at once, a mistake of the clinic is likelier than deletions: none is
    /// treated as deleted, and an operator decides.
    let mostMissing: Int

    /// The limit unless an operator sets another.
    static let usualMost = 1000

    /// A patient's resources of those types that are gone. `seen` is everything that came.
    func gone(
        of patient: ResourceKey, types: Set<String>, besides seen: Set<ResourceKey>
    ) async throws -> Finding {
        try await confirmed(
            try await intake.store.read { reader in
                try Self.staged(reader.records(of: patient).filter { !seen.contains($0) }, of: types, reader)
            })
    }

    /// The resources of a run's roster that are gone. `seen` is everything that came; what the `filters` exclude was
    /// not expected.
    func gone(
        fromRosterOf run: String, source: String, types: Set<String>, besides seen: ArrivalSet, of filters: TypeFilters
    ) async throws -> Finding {
        let limit = filters.areNone ? mostMissing + 1 : Self.mostFiltered
        return try await confirmed(
            try await intake.store.read { reader in
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

    /// The most missing resources that are checked against a job's filters.
    private static let mostFiltered = 1_000_000

    private static func staged(
        _ keys: [ResourceKey], of types: Set<String>, _ reader: any StoreReader
    ) throws -> [StagedResource] {
        try keys.compactMap(reader.staged).filter { types.contains($0.type) }
    }

    private func confirmed(_ missing: [StagedResource]) async throws -> Finding {
        guard missing.count <= mostMissing else {
            intake.observer(.note("more than \(mostMissing) resources did not come again; none is taken for deleted"))
            await intake.tally.refused(.clinicManyMissing)
            return Finding(isSettled: false)
        }
        var finding = Finding()
        var gone = missing
        for _ in 0..<2 where !gone.isEmpty {
            var still: [StagedResource] = []
            for item in gone {
                switch try await look(for: item) {
                case .gone: still.append(item)
                case .there: break
                case .unreadable: finding.isSettled = false
                }
            }
            gone = still
        }
        if !gone.isEmpty {
            intake.observer(.note(gone.count.counting("resource is", "resources are") + " no longer at the clinic"))
        }
        finding.gone = gone.map(\.key)
        return finding
    }

    /// The result of one read.
    private enum Sight {
        case gone
        case there
        case unreadable
    }

    /// Reads one resource, and stages it if it is there. If the read is refused, it counts as there.
    private func look(for item: StagedResource) async throws -> Sight {
        await intake.tally.requested()
        let bytes: [UInt8]?
        do {
            bytes = try await clinic.read(type: item.type, id: item.id)
        } catch let fault as Fault where fault.disposition != .retry {
            return .there
        }
        guard let bytes else { return .gone }
        let line = LineBatch(bytes: bytes, lines: [bytes.indices])
        // A consent that still names nobody keeps its patient.
        let refused = try await intake.stage(line, expecting: item.type, of: item.patient)
        return refused == 0 ? .there : .unreadable
    }
}
