import PDex

/// The parameters that a URL names, decoded once: what a server says it searched for.
struct ToldParameters: Sendable {
    /// Values by name, without modifiers; a value that cannot be decoded is empty.
    private var values: [String: [String]] = [:]

    /// Reads the query of `url`.
    init(of url: String) {
        guard let mark = url.utf8.firstIndex(of: UInt8(ascii: "?")) else { return }
        for pair in url.utf8[mark...].dropFirst().split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = PercentEncoding.decoded(Substring(pair[..<equals])), !name.isEmpty else { continue }
            let bare = name.utf8.firstIndex(of: UInt8(ascii: ":")).map { String(name[..<$0]) } ?? name
            values[bare, default: []].append(PercentEncoding.decoded(Substring(pair[equals...].dropFirst())) ?? "")
        }
    }

    /// Whether the URL names none.
    var isEmpty: Bool { values.isEmpty }

    /// Whether the URL names that parameter, with or without a modifier.
    func names(_ name: String) -> Bool { values[name] != nil }

    /// The ids among a parameter's values, however the references are written; empty without any.
    func ids(of name: String) -> Set<String> { Set((values[name] ?? []).flatMap(SearchQuery.ids)) }
}
