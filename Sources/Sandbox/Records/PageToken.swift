import FHIRClient

/// Where a search continues: opaque to clients, and the server need not remember it.
struct PageToken: Sendable, Hashable {
    /// The path below the base and the query, as first asked.
    let path: String
    let query: String
    /// The type and row of the last match that was returned.
    let type: String
    let row: Int

    /// The token as it appears in the next link.
    var text: String {
        Base64URL.encode(Array("\(type)\n\(row)\n\(path)\n\(query)".utf8))
    }

    init(path: String, query: String, type: String, row: Int) {
        self.path = path
        self.query = query
        self.type = type
        self.row = row
    }

    /// Reads a token that ``text`` wrote; nil for anything else.
    init?(_ text: String) {
        guard let bytes = Base64URL.decode(text), let plain = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        let parts = plain.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, let row = Int(parts[1]) else { return nil }
        self.init(path: parts[2], query: parts[3], type: parts[0], row: row)
    }
}
