import FHIR
import FHIRPath

/// A filter of an include (FHIR R4 ValueSet.compose.include.filter).
struct CodeFilter: Sendable {
    let property: String
    let operation: String
    let value: String
    /// Its value as a regular expression.
    private let pattern: TextPattern?

    init(_ json: JSONValue) {
        property = json["property"]?.string ?? ""
        operation = json["op"]?.string ?? ""
        value = json["value"]?.string ?? ""
        pattern = operation == "regex" ? TextPattern(value) : nil
    }

    /// Whether its operation is one of those implemented below.
    var isUnderstood: Bool {
        ["is-a", "descendent-of", "is-not-a", "generalizes", "=", "in", "not-in", "exists", "regex"].contains(operation)
    }

    /// Whether a code of the system passes; unknown for an operation that is not understood.
    func membership(_ code: String, in content: CodeSystemContent) -> CodeMembership {
        switch operation {
        case "is-a": answer(content.isA(code, value))
        case "descendent-of": answer(code != value && content.isA(code, value))
        case "is-not-a": answer(!content.isA(code, value))
        case "generalizes": answer(content.isA(value, code))
        case "=": equals(code, in: content)
        case "in": answer(list.contains { $0 == own(code, content) })
        case "not-in": answer(!list.contains { $0 == own(code, content) })
        case "exists": answer((content.concepts[code]?.properties[property] != nil) == (value == "true"))
        case "regex": regex(code)
        default: .unknown
        }
    }

    private var list: [String] { value.split(separator: ",").map { String($0.trimmingPrefix(" ")) } }

    private func own(_ code: String, _ content: CodeSystemContent) -> String? {
        property == "code" || property == "concept" ? code : content.concepts[code]?.properties[property]?.first
    }

    private func equals(_ code: String, in content: CodeSystemContent) -> CodeMembership {
        if property == "parent" { return answer(content.concepts[code]?.parents.contains(value) == true) }
        if property == "code" || property == "concept" { return answer(code == value) }
        return answer(content.concepts[code]?.properties[property]?.contains(value) == true)
    }

    private func regex(_ code: String) -> CodeMembership {
        guard property == "code" || property == "concept", let isMatch = pattern?.matchesWhole(code) else {
            return .unknown
        }
        return answer(isMatch)
    }

    private func answer(_ isMember: Bool) -> CodeMembership { isMember ? .member : .notMember }
}
