import FHIR

/// A `token` search value: `code`, `system|code`, `|code` or `system|`.
struct SearchToken: Sendable, Hashable {
    /// nil when any system will do; empty when there must be none.
    let system: String?
    /// nil when any code will do.
    let code: String?

    init(_ text: String) {
        let parts = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        system = parts.count > 1 ? String(parts[0]) : nil
        code = parts.last.flatMap { $0.isEmpty ? nil : String($0) }
    }

    /// Whether a code, a boolean, a Coding or a CodeableConcept has it.
    func matches(_ value: JSONValue) -> Bool {
        if let text = value.string ?? value.bool.map(String.init) { return code == text && system ?? "" == "" }
        let codings = value["coding"]?.elements ?? [value]
        return codings.contains { coding in
            (code == nil || coding["code"]?.string == code)
                && (system == nil || coding["system"]?.string ?? "" == system)
        }
    }
}
