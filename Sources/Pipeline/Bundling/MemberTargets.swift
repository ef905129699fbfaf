import FHIR
import PDex

/// Tells where the references in a member's resources lead at the payer, each once (CO-05, PB-05).
struct MemberTargets {
    private let locations: [ResourceKey: String]
    private let stager: Stager
    private let shared: SharedResources
    private let terms: ExchangeTerms
    /// What is staged of the member, travelling or not.
    let compartment: Set<ResourceKey>
    /// What the member's consent holds: it is not named at all.
    private let masked: Set<ResourceKey>
    private var known: [ReferenceElement: EntryWriter.Target] = [:]
    /// Made for the first reference that is not by an id.
    private lazy var names = MemberNames(
        everything, base: terms.clinic.base, identifierSystem: terms.clinic.identifierSystem)
    private let everything: [ClinicalResource]

    /// `locations` are those of the member's resources that travel.
    init(
        _ mapped: MappedExchange, locations: [ResourceKey: String], stager: Stager, shared: SharedResources,
        terms: ExchangeTerms
    ) {
        self.locations = locations
        self.stager = stager
        self.shared = shared
        self.terms = terms
        let member = mapped.permitted.matched.member
        compartment = Set(member.content.hashes.map(\.key))
        masked = Set(mapped.leftOut.filter { $0.leftOut?.isOfConsent == true }.map(\.key))
        everything = [member.patient].compactMap(\.self) + member.resources
    }

    /// Where a reference leads.
    mutating func target(of element: ReferenceElement, _ reader: any StoreReader) throws -> EntryWriter.Target {
        let element = element.unspoken
        if let target = known[element] { return target }
        let target = try find(element, reader)
        known[element] = target
        return target
    }

    private mutating func find(_ element: ReferenceElement, _ reader: any StoreReader) throws -> EntryWriter.Target {
        let resolution = ReferenceResolution(element, stager: stager)
        if let key = try resolution.key(reader, stager: stager) {
            let target = try self.target(of: key, resolution, reader)
            return try element.identifier == nil ? target : stricter(target, element, reader)
        }
        return named(element, resolution)
    }

    private func target(
        of key: ResourceKey, _ resolution: ReferenceResolution, _ reader: any StoreReader
    ) throws -> EntryWriter.Target {
        if let location = locations[key] { return .node(key, location: location) }
        if masked.contains(key) { return .masked }
        if resolution.isShared {
            if let node = try shared.node(key, reader) { return .node(key, location: node.location) }
            return resolution.unresolved(terms)
        }
        // What is somebody else's is not named, and of what is left out at most the id.
        if !compartment.contains(key), try resolution.isPatient || !reader.stagedHashes([key]).isEmpty {
            return .masked
        }
        return resolution.unresolved(terms).unspoken
    }

    /// A text that leads to one thing beside the identifier of something that is held.
    private mutating func stricter(
        _ target: EntryWriter.Target, _ element: ReferenceElement, _ reader: any StoreReader
    ) throws -> EntryWriter.Target {
        if case .node = target { return target }
        if case .masked = target { return .masked }
        let beside = ReferenceElement(nil, type: element.type, identifier: element.identifier)
        if case .masked = try self.target(of: beside, reader) { return .masked }
        return target
    }

    /// By an identifier, by a search, or by an address elsewhere, which may be another name of the member's own.
    private mutating func named(
        _ element: ReferenceElement, _ resolution: ReferenceResolution
    ) -> EntryWriter.Target {
        if resolution.isContained { return .untouched }
        let found = names.indices(of: element).map { everything[$0].staged }
        if found.contains(where: { masked.contains($0.key) }) { return .masked }
        guard let first = found.first else { return resolution.isPatient ? .masked : resolution.unresolved(terms) }
        switch resolution.form {
        case .search where found.count == 1:
            return locations[first.key].map { .node(first.key, location: $0) } ?? bare(first)
        case .identifier:
            return found.first { locations[$0.key] == nil }.map(bare) ?? .untouched
        default: return resolution.unresolved(terms)
        }
    }

    /// Of what is left out at most the id.
    private func bare(_ staged: StagedResource) -> EntryWriter.Target {
        .bareIdentifier(system: terms.clinic.identifierSystem, value: staged.id)
    }
}
