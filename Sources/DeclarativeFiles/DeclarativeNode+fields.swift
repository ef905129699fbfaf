extension DeclarativeNode {
    /// The values of the keys that `what` (such as "a job") may have.
    ///
    /// Unknown, duplicate and missing keys are reported; for a duplicate key the first value is returned. Anything
    /// other than `key: value` pairs is reported too, and yields an empty dictionary.
    public func fields(
        _ allowed: [String], required: [String] = [], in what: String, _ report: inout FileReport
    ) -> [String: DeclarativeNode] {
        guard let entries = entries(of: what, &report) else { return [:] }
        var found: [String: DeclarativeNode] = [:]
        for entry in entries {
            if allowed.contains(entry.key) {
                found[entry.key] = entry.value
                continue
            }
            let suggestion = Suggestion.closest(to: entry.key, among: allowed)
            let listing = suggestion == nil ? "; it has: \(allowed.joined(separator: ", "))" : ""
            report.report(
                "unknown key '\(entry.key.prefix(64))' in \(what)\(listing)",
                path: path, position: entry.keyPosition, suggestion: suggestion)
        }
        for key in required where found[key] == nil {
            report.report("\(what) needs the key '\(key)'", at: self)
        }
        return found
    }

    /// The keys that the file's author chose, such as the names of clinics, in the order of the file.
    ///
    /// Duplicate keys are reported, and only the first is returned.
    public func openFields(
        _ report: inout FileReport
    ) -> [(key: String, keyPosition: Position, value: DeclarativeNode)] {
        (entries(of: name, &report) ?? []).map { ($0.key, $0.keyPosition, $0.value) }
    }

    /// The fields with distinct keys, or nil (reported) when there are no fields here.
    func entries(of what: String, _ report: inout FileReport) -> [Field]? {
        guard case .mapping(let fields) = content else {
            reportExpected("the fields of \(what), one 'key: value' each", &report)
            return nil
        }
        var seen: [String: Position] = [:]
        return fields.filter { field in
            if let first = seen[field.key] {
                report.report(
                    "duplicate key '\(field.key.prefix(64))', already on line \(first.line)",
                    path: path, position: field.keyPosition)
                return false
            }
            seen[field.key] = field.keyPosition
            return true
        }
    }
}
