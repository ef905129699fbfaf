import FHIR

/// Finds the rows of a table by keys read from their content; built on first use, kept up to date afterwards.
struct RowIndex {
    /// Reads the keys of a resource from its tree.
    let keys: @Sendable (JSONValue) -> Set<String>
    private var rows: [String: [Int]] = [:]

    init(keys: @escaping @Sendable (JSONValue) -> Set<String>) {
        self.keys = keys
    }

    /// The rows under `key`, ascending.
    subscript(key: String) -> [Int] { rows[key] ?? [] }

    mutating func insert(_ row: Int, _ tree: JSONValue) {
        for key in keys(tree) { rows[key, default: []].insertAscending(row) }
    }

    mutating func remove(_ row: Int, _ tree: JSONValue) {
        for key in keys(tree) { rows[key]?.removeAll { $0 == row } }
    }
}
