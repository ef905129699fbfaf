import FHIRClient

/// Where a search goes on: opaque to clients, and nothing that the server has to remember.
struct PageToken: Sendable, Hashable {
    /// The path below the base and the query, as first asked.
    let path: String
    let query: String
    /// The type and the row of the last match that was given.
    let type: String
    let row: Int

    /// What stands in the next link.
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
