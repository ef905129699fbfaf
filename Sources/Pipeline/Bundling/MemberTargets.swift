import FHIR
import PDex

/// Decides where the references in a member's resources lead at the payer, each once (CO-05, PB-05).
struct MemberTargets {
    private let locations: [ResourceKey: String]
    private let stager: Stager
    private let shared: SharedResources
    private let terms: ExchangeTerms
    /// All staged resources of the member, sent or not.
    let compartment: Set<ResourceKey>
    /// Resources withheld by the member's consents: they are not named at all.
    private let masked: Set<ResourceKey>
    private var known: [ReferenceElement: EntryWriter.Target] = [:]
    /// Made when the first reference that is not by id is met.
    private lazy var names = MemberNames(
        everything, base: terms.clinic.base, identifierSystem: terms.clinic.identifierSystem)
    private let everything: [ClinicalResource]
    /// The systems of the member's own numbers, except those that practitioners use, too.
    private let patientSystems: Set<String>

    /// `locations` are those of the member's resources that are sent.
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
        let own = (member.patient?.resource["identifier"]?.elements ?? []).compactMap(Identifier.init)
        patientSystems = Set(own.filter { !$0.isNPI }.compactMap(\.system))
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
        return try named(element, resolution, reader)
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
        // Another person's resource is not named, and for one that is left out at most its id is stated.
        if !compartment.contains(key), try resolution.isPatient || !reader.stagedHashes([key]).isEmpty {
            return .masked
        }
        return resolution.unresolved(terms).unspoken
    }

    /// A literal reference that also has an identifier: masked if that names something that must not be named.
    private mutating func stricter(
        _ target: EntryWriter.Target, _ element: ReferenceElement, _ reader: any StoreReader
    ) throws -> EntryWriter.Target {
        let beside = ReferenceElement(nil, type: element.type, identifier: element.identifier)
        if case .masked = try self.target(of: beside, reader) { return .masked }
        return target
    }

    /// A reference by identifier, by search, or by an address elsewhere, which may be another name of the member's own.
    ///
    /// If it may lead to a withheld resource it is masked; it becomes a literal reference only if it certainly leads
    /// there.
    private mutating func named(
        _ element: ReferenceElement, _ resolution: ReferenceResolution, _ reader: any StoreReader
    ) throws -> EntryWriter.Target {
        let places = names.indices(of: element)
        let found = places.map { everything[$0].staged }
        if found.contains(where: { masked.contains($0.key) }) { return .masked }
        switch resolution.form {
        case .contained: return .untouched
        case .strangeSearch: return resolution.isPatient ? .masked : resolution.unresolved(terms).unspoken
        case .search:
            guard found.count == 1 else { return unknown(resolution) }
            return locations[found[0].key].map { .node(found[0].key, location: $0) } ?? bare(found[0])
        case .identifier:
            if let leftOut = found.first(where: { locations[$0.key] == nil }) { return bare(leftOut) }
            guard let place = places.first else {
                return isNumberOfPatients(element) ? .masked : unknown(resolution)
            }
            let only = everything[place]
            guard places.count == 1, isNumber(element.identifier, of: only), let location = locations[only.staged.key]
            else { return .untouched }
            return .node(only.staged.key, location: location)
        case .address:
            return try isSomebodyElse(resolution, reader) ? .masked : resolution.unresolved(terms).unspoken
        }
    }

    /// The target of a reference not known to be the member's: another patient is masked, and for what belongs to a
    /// patient the display text is omitted.
    private func unknown(_ resolution: ReferenceResolution) -> EntryWriter.Target {
        if resolution.isPatient { return .masked }
        let target = resolution.unresolved(terms)
        return resolution.isShared || resolution.type == nil ? target : target.unspoken
    }

    /// Whether an identifier certainly is one of a resource's own: both number and system agree.
    private func isNumber(_ identifier: Identifier?, of item: ClinicalResource) -> Bool {
        guard let identifier, let system = identifier.system, let value = identifier.value else { return false }
        if system == terms.clinic.identifierSystem, value == item.staged.id { return true }
        return (item.resource["identifier"]?.elements ?? []).compactMap(Identifier.init)
            .contains { $0.system == system && $0.value == value }
    }

    /// Whether an untyped identifier has the system of the member's own numbers, but is not one of them.
    private func isNumberOfPatients(_ element: ReferenceElement) -> Bool {
        guard let system = element.identifier?.system, element.type.map({ $0 == "RelatedPerson" }) ?? true else {
            return false
        }
        return system == terms.clinic.identifierSystem || patientSystems.contains(system)
    }

    /// Whether an address elsewhere is that of another patient of this clinic, by its id.
    private func isSomebodyElse(_ resolution: ReferenceResolution, _ reader: any StoreReader) throws -> Bool {
        if resolution.isPatient { return true }
        guard let id = resolution.urnID else { return false }
        let key = stager.identities.key(source: stager.source, type: "Patient", id: id)
        return try !compartment.contains(key) && !reader.stagedHashes([key]).isEmpty
    }

    /// For a resource that is left out, only its id.
    private func bare(_ staged: StagedResource) -> EntryWriter.Target {
        .bareIdentifier(system: terms.clinic.identifierSystem, value: staged.id)
    }
}
