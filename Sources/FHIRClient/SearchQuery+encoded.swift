import PDex

extension SearchQuery {
    /// Path and query below the base, percent-encoded. Throws `remote.policy` for an invalid path.
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

    /// The ids in a parameter's value: `joe`, `Patient/joe` and `https://host/r4/Patient/joe` mean the same.
    static func ids(in value: String) -> [String] {
        value.split(separator: ",").compactMap { $0.split(separator: "/").last.map(String.init) }
    }
}
