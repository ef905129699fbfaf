import PDex

/// The parameters that a URL names, decoded once: what a server says that it has searched for.
struct ToldParameters: Sendable {
    /// Values by name, without modifiers; one that cannot be decoded is empty.
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

    /// Whether it names none.
    var isEmpty: Bool { values.isEmpty }

    /// Whether it names that parameter, with a modifier or without.
    func names(_ name: String) -> Bool { values[name] != nil }

    /// The ids that it gives a parameter, however its references are written; empty when it has none.
    func ids(of name: String) -> Set<String> { Set((values[name] ?? []).flatMap(SearchQuery.ids)) }
}
