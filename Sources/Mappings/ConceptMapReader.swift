import DeclarativeFiles
import FHIR

/// Reads a ConceptMap strictly: parts that would not be used are refused, so that nobody relies on them (FHIR R4
/// ConceptMap).
struct ConceptMapReader {
    /// Where in the file it is reading, as a path from the top.
    private var place: [JSONStep] = []

    /// Reads a ConceptMap; throws what is wrong with it, in words, and where.
    mutating func read(_ json: JSONValue, name: String) throws(ConceptMapProblem) -> ConceptMap {
        guard json["resourceType"]?.string == "ConceptMap" else { throw problem("the file is not a FHIR ConceptMap") }
        let groups = json["group"]?.elements ?? []
        guard !groups.isEmpty else { throw problem("the ConceptMap has no group") }
        var read: [ConceptMap.Group] = []
        for (index, group) in groups.enumerated() {
            place = [.member("group"), .element(index)]
            read.append(try self.group(group))
        }
        return ConceptMap(name: name, groups: read)
    }

    private static let groupKeys = [
        "id", "extension", "source", "sourceVersion", "target", "targetVersion", "element", "unmapped",
    ]
    private static let elementKeys = ["id", "extension", "code", "display", "target"]
    private static let targetKeys = ["id", "extension", "code", "display", "equivalence", "comment"]
    private static let unmappedKeys = ["id", "extension", "mode", "code", "display"]

    private mutating func group(_ json: JSONValue) throws(ConceptMapProblem) -> ConceptMap.Group {
        let start = place
        try check(json, Self.groupKeys)
        let target = json["target"]?.string
        var codes: [String: Coding?] = [:]
        for (index, element) in (json["element"]?.elements ?? []).enumerated() {
            let here = start + [.member("element"), .element(index)]
            place = here
            let (code, coding) = try self.element(element, target)
            place = here
            guard codes[code] == nil else { throw problem("the code '\(code)' is mapped twice") }
            codes[code] = .some(coding)
        }
        place = start
        let fallback = try fallback(json["unmapped"], target)
        guard !codes.isEmpty || json["unmapped"] != nil else { throw problem("the group maps nothing") }
        return ConceptMap.Group(source: json["source"]?.string, target: target, codes: codes, fallback: fallback)
    }

    /// A code and what it becomes; nil where it has no counterpart.
    private mutating func element(
        _ json: JSONValue, _ system: String?
    ) throws(ConceptMapProblem) -> (code: String, coding: Coding?) {
        let start = place
        try check(json, Self.elementKeys)
        guard let code = json["code"]?.string else { throw problem("the element has no code") }
        let all = json["target"]?.elements ?? []
        let targets = all.indices.filter { !["unmatched", "disjoint"].contains(all[$0]["equivalence"]?.string) }
        guard targets.count < 2 else { throw problem("there are several targets; a translation needs one") }
        guard let index = targets.first else { return (code, nil) }
        let target = all[index]
        place = start + [.member("target"), .element(index)]
        for key in ["dependsOn", "product"] where target[key] != nil {
            throw problem("'\(key)' is not looked at: the code would be translated whatever it says")
        }
        try check(target, Self.targetKeys)
        guard let result = target["code"]?.string else { throw problem("the target has no code") }
        return (code, Coding(system: system, code: result, display: target["display"]?.string))
    }

    private mutating func fallback(_ json: JSONValue?, _ target: String?) throws(ConceptMapProblem) -> Coding? {
        guard let json else { return nil }
        let start = place
        place = start + [.member("unmapped")]
        try check(json, Self.unmappedKeys)
        defer { place = start }
        switch json["mode"]?.string {
        case "provided"?: return nil
        case "fixed"?:
            guard let code = json["code"]?.string else { throw problem("it is fixed but has no code") }
            return Coding(system: target, code: code, display: json["display"]?.string)
        default: throw problem("the mode must be provided or fixed")
        }
    }

    private func check(_ json: JSONValue, _ keys: [String]) throws(ConceptMapProblem) {
        guard let object = json.object else { throw problem("an object is expected here") }
        guard let key = object.keys.first(where: { !keys.contains($0) }) else { return }
        throw ConceptMapProblem(
            "there is no '\(key.prefix(64))' here", at: place + [.member(key)],
            suggestion: Suggestion.closest(to: key, among: keys))
    }

    private func problem(_ message: String) -> ConceptMapProblem { ConceptMapProblem(message, at: place) }
}

/// What is wrong with a ConceptMap, in words for the person who wrote it, and where.
struct ConceptMapProblem: Error {
    let message: String
    let place: [JSONStep]
    let suggestion: String?

    init(_ message: String, at place: [JSONStep], suggestion: String? = nil) {
        self.message = message
        self.place = place
        self.suggestion = suggestion
    }
}
