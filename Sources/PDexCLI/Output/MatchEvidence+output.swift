import FHIR
import PDex

extension MatchEvidence {
    /// The evidence for people: the rule, the member and the hash of what agreed; nothing in it names a person.
    var words: String {
        var words = [member.map { "as member \($0) by \(rule)" } ?? "before the merge came undone, by \(rule)"]
        if let hash { words.append("values \(hash)") }
        if let via { words.append("in place of it patient \(via)") }
        return words.joined(separator: ", ")
    }

    /// The evidence as JSON.
    var json: JSONValue {
        [
            "member": member.map { .string($0.description) } ?? .null, "rule": .string(rule),
            "value": hash.map { .string($0) } ?? .null,
            "via": via.map { .string($0.description) } ?? .null,
        ]
    }

    private var hash: String? { value.map { ResourceKey(bits: $0).description } }
}
