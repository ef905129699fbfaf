import FHIR

/// The resources of one type, in the order of their arrival; a row keeps its place when its resource changes.
struct TypeTable {
    /// nil where a resource was deleted.
    private(set) var rows: [StoredResource?] = []
    private var byID: [String: Int] = [:]
    private var byPatient: [String: [Int]] = [:]
    /// By search parameter; made on first use.
    private var indexes: [String: RowIndex] = [:]

    /// How many resources there are.
    var count: Int { byID.count }

    /// Every resource, in the order of the rows.
    var resources: [StoredResource] { rows.compactMap { $0 } }

    subscript(id: String) -> StoredResource? {
        byID[id].flatMap { rows[$0] }
    }

    /// The row of `id`.
    func row(of id: String) -> Int? { byID[id] }

    /// The rows in a patient's compartment, ascending.
    func rows(ofPatient id: String) -> [Int] { byPatient[id] ?? [] }

    /// The rows that `parameter` finds under `key`, ascending; `keys` says how the parameter reads a resource.
    mutating func rows(
        _ parameter: String, _ key: String, keys: @escaping @Sendable (JSONValue) -> Set<String>
    ) -> [Int] {
        if let index = indexes[parameter] { return index[key] }
        var index = RowIndex(keys: keys)
        for (row, resource) in rows.enumerated() {
            if let resource { index.insert(row, resource.tree) }
        }
        indexes[parameter] = index
        return index[key]
    }

    /// Adds the resource or replaces the one with its id.
    mutating func put(_ resource: StoredResource) {
        if let row = byID[resource.id] {
            clear(row)
            fill(row, with: resource)
        } else {
            rows.append(nil)
            fill(rows.count - 1, with: resource)
        }
    }

    /// Removes the resource; returns what it was.
    mutating func remove(_ id: String) -> StoredResource? {
        guard let row = byID.removeValue(forKey: id) else { return nil }
        let old = rows[row]
        clear(row)
        return old
    }

    private mutating func fill(_ row: Int, with resource: StoredResource) {
        rows[row] = resource
        byID[resource.id] = row
        if let patient = resource.patient { byPatient[patient, default: []].insertAscending(row) }
        guard !indexes.isEmpty else { return }
        let tree = resource.tree
        for name in indexes.keys { indexes[name]?.insert(row, tree) }
    }

    private mutating func clear(_ row: Int) {
        guard let old = rows[row] else { return }
        rows[row] = nil
        if let patient = old.patient { byPatient[patient]?.removeAll { $0 == row } }
        guard !indexes.isEmpty else { return }
        let tree = old.tree
        for name in indexes.keys { indexes[name]?.remove(row, tree) }
    }
}
