import PDex

extension SearchQuery {
    /// Path and query below the base, percent-encoded. Throws `remote.policy` for a path that is none.
    func encoded() throws(Fault) -> String {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = segments.allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.utf8.allSatisfy { byte in
                    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-._$".utf8.contains(byte)
                }
        }
        guard isPlain else {
            throw Fault(
                .remotePolicy, .halt, "A search path is not made of types, ids and operation names.",
                hint: "Look for an id with characters that FHIR does not allow.")
        }
        let query = parameters.map { "\(PercentEncoding.query($0.name))=\(PercentEncoding.query($0.value))" }
        return "/" + path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// The names of the parameters in a URL, without their modifiers.
    static func names(in url: String) -> Set<String> { Set(pairs(in: url).map(\.name)) }

    /// The ids that a URL gives a parameter, however its references are written; empty when it has none.
    static func ids(of name: String, in url: String) -> Set<String> {
        Set(pairs(in: url).filter { $0.name == name }.flatMap { ids(in: $0.value) })
    }

    /// The ids in a parameter's value: `joe`, `Patient/joe` and `https://host/r4/Patient/joe` are one.
    static func ids(in value: String) -> [String] {
        value.split(separator: ",").compactMap { $0.split(separator: "/").last.map(String.init) }
    }

    private static func pairs(in url: String) -> [(name: String, value: String)] {
        guard let mark = url.firstIndex(of: "?") else { return [] }
        return url[url.index(after: mark)...].split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard let name = parts.first.flatMap(PercentEncoding.decoded) else { return nil }
            return (String(name.prefix { $0 != ":" }), parts.dropFirst().first.flatMap(PercentEncoding.decoded) ?? "")
        }
    }
}
