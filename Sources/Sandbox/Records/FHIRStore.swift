import FHIR

/// The resources of one server, by type.
struct FHIRStore {
    private(set) var tables: [String: TypeTable] = [:]
    private(set) var tombstones: [Tombstone] = []
    /// The latest instant that this store has used in a `meta.lastUpdated` or an export's `transactionTime`.
    private var latest = Instant(seconds: 0)

    /// The types held, sorted.
    var types: [String] { tables.filter { $0.value.count > 0 }.keys.sorted() }

    subscript(type: String, id: String) -> StoredResource? {
        tables[type]?[id]
    }

    /// Whether a resource existed and was deleted.
    func isGone(_ type: String, _ id: String) -> Bool {
        self[type, id] == nil && tombstones.contains { $0.type == type && $0.id == id }
    }

    /// An instant at or after `now` and after all that were handed out before: no change can hide behind an export.
    mutating func tick(_ now: Instant) -> Instant {
        latest = max(now, latest.adding(milliseconds: 1))
        return latest
    }

    mutating func put(_ resource: StoredResource) {
        var resource = resource
        if resource.type == "Provenance", resource.patient == nil { resource.patient = patient(of: resource) }
        tombstones.removeAll { $0.type == resource.type && $0.id == resource.id }
        tables[resource.type, default: TypeTable()].put(resource)
    }

    /// Deletes a resource and remembers the deletion; false when there is nothing to delete.
    @discardableResult
    mutating func delete(_ type: String, _ id: String, at now: Instant) -> Bool {
        guard let old = tables[type]?.remove(id) else { return false }
        tombstones.append(Tombstone(type: type, id: id, patient: old.patient, deletedAt: now))
        return true
    }

    /// Remembers a deletion from before this store was made.
    mutating func remember(_ tombstone: Tombstone) {
        tombstones.append(tombstone)
    }

    /// The rows of `type` that `parameter` finds under `key`, ascending.
    mutating func rows(
        _ type: String, _ parameter: String, _ key: String, keys: @escaping @Sendable (JSONValue) -> Set<String>
    ) -> [Int] {
        tables[type]?.rows(parameter, key, keys: keys) ?? []
    }

    /// All resources of `type` with that business identifier.
    mutating func resources(_ type: String, system: String?, value: String) -> [StoredResource] {
        let key = IdentifierKey.text(system: system, value: value)
        return rows(type, "identifier", key, keys: IdentifierKey.keys).compactMap { tables[type]?.rows[$0] }
    }

    /// The compartment of a Provenance is that of its targets.
    private func patient(of provenance: StoredResource) -> String? {
        for target in provenance.tree["target"]?.elements ?? [] {
            guard let text = target["reference"]?.string, case .local(let type, let id, _) = Reference(parsing: text)
            else { continue }
            if type == "Patient" { return id }
            if let patient = self[type, id]?.patient { return patient }
        }
        return nil
    }
}
