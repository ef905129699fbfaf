import FHIR
import PDex

/// The names by which a member's resources are referred to: ids, business identifiers, and words (CO-05).
///
/// It prefers finding too much to finding too little: whatever a reference may lead to counts.
struct MemberNames {
    private struct Name {
        let index: Int
        let type: String
        let system: String?
    }

    private let types: [String]
    private var ids: [String: [Int]] = [:]
    private var identifiers: [String: [Name]] = [:]
    private var words: [String: [Int]] = [:]
    private let base: String

    /// Reads the names of `resources`, which are at the clinic with that base URL and identifier system.
    init(_ resources: [ClinicalResource], base: String, identifierSystem: String) {
        self.base = base
        types = resources.map(\.staged.type)
        for (index, item) in resources.enumerated() {
            let (type, id) = (item.staged.type, item.staged.id)
            ids[id, default: []].append(index)
            identifiers[id, default: []].append(Name(index: index, type: type, system: identifierSystem))
            let json = JSONValue.object(item.resource.json)
            for identifier in json["identifier"]?.elements.compactMap(Identifier.init) ?? [] {
                guard let value = identifier.value else { continue }
                identifiers[value, default: []].append(Name(index: index, type: type, system: identifier.system))
            }
            for word in Self.words(of: json) { words[word, default: []].append(index) }
        }
    }

    /// The indices of the resources to which the reference leads, or may lead.
    func indices(of element: ReferenceElement) -> Set<Int> {
        var found: Set<Int> = []
        if let text = element.reference { found.formUnion(literal(text)) }
        if let identifier = element.identifier, let value = identifier.value {
            found.formUnion(identified(by: value, system: identifier.system, type: element.type))
        }
        if element.reference == nil, element.identifier == nil, let display = element.display {
            found.formUnion(words[Self.plain(display)] ?? [])
        }
        return found
    }

    private func literal(_ text: String) -> [Int] {
        switch Reference(parsing: text).relative(to: base) {
        case .local(let type, let id, _), .absolute(_, let type, let id, _):
            return (ids[id] ?? []).filter { types[$0] == type }
        case .urn(let text):
            return text.split(separator: ":").last.flatMap { ids[String($0)] } ?? []
        case .conditional(let type, let query):
            if let id = Reference.id(inQuery: query) { return (ids[id] ?? []).filter { types[$0] == type } }
            if let token = Reference.identifierToken(inQuery: query) {
                return identified(by: token.value, system: token.system, type: type)
            }
            // Any other search may find any resource of the type.
            return types.indices.filter { types[$0] == type }
        case .contained, .opaque: return []
        }
    }

    private func identified(by value: String, system: String?, type: String?) -> [Int] {
        (identifiers[value] ?? []).filter { name in
            (type ?? name.type) == name.type && (system ?? name.system) == (name.system ?? system)
        }.map(\.index)
    }

    /// The words by which a resource is named: those of its code, its type and its description.
    private static func words(of json: JSONValue) -> Set<String> {
        var found: Set<String> = []
        for element in ["code", "type", "vaccineCode", "medicationCodeableConcept"] {
            for concept in json[element]?.elements ?? [] {
                let displays = concept["coding"]?.elements.map { $0["display"]?.string } ?? []
                for word in displays + [concept["text"]?.string] { if let word { found.insert(plain(word)) } }
            }
        }
        if let word = json["description"]?.string { found.insert(plain(word)) }
        return found.subtracting([""])
    }

    private static func plain(_ words: String) -> String {
        words.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
