import FHIR

/// The concepts of a code system that a package holds completely.
final class CodeSystemContent: Sendable {
    /// What is known about one concept.
    struct Concept: Sendable {
        var parents: [String] = []
        var properties: [String: [String]] = [:]
    }

    let isCaseSensitive: Bool
    let concepts: [String: Concept]

    /// Reads a CodeSystem; nil unless it is complete.
    init?(_ json: JSONValue) {
        guard json["content"]?.string == "complete" else { return nil }
        var concepts: [String: Concept] = [:]
        Self.read(json["concept"]?.elements ?? [], under: nil, into: &concepts)
        isCaseSensitive = json["caseSensitive"]?.bool ?? true
        self.concepts = concepts
    }

    /// Whether the system has the code.
    func has(_ code: String) -> Bool {
        concepts[code] != nil
    }

    /// Whether a code is below another, or is that code.
    func isA(_ code: String, _ ancestor: String) -> Bool {
        var seen: Set<String> = []
        var waiting = [code]
        while let next = waiting.popLast() {
            if next == ancestor { return true }
            guard seen.insert(next).inserted else { continue }
            waiting += concepts[next]?.parents ?? []
        }
        return false
    }

    private static func read(_ list: [JSONValue], under parent: String?, into concepts: inout [String: Concept]) {
        for entry in list {
            guard let code = entry["code"]?.string else { continue }
            var concept = concepts[code] ?? Concept()
            if let parent { concept.parents.append(parent) }
            for property in entry["property"]?.elements ?? [] {
                guard let name = property["code"]?.string else { continue }
                let value = property.object?.members.first { $0.key.hasPrefix("value") }?.value
                guard let text = Self.text(value) else { continue }
                if name == "subsumedBy" || name == "parent" { concept.parents.append(text) }
                concept.properties[name, default: []].append(text)
            }
            concepts[code] = concept
            read(entry["concept"]?.elements ?? [], under: code, into: &concepts)
        }
    }

    private static func text(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): number.text
        case .object: value?["code"]?.string
        default: nil
        }
    }
}
