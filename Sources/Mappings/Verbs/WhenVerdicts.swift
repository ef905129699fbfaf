import FHIR
import FHIRPath

/// The results of a set's conditions for one resource, so that each is evaluated once, and the codes that the resource
/// has, so that most need no evaluation.
struct WhenVerdicts {
    private var known: [Bool?]
    private var codings: [(element: String, found: [Pair]?)] = []

    /// A coding's two parts.
    private struct Pair {
        let system: String
        let code: String
    }

    init(conditions: Int) {
        known = Array(repeating: nil, count: conditions)
    }

    subscript(number: Int) -> Bool? {
        get { known[number] }
        set { known[number] = newValue }
    }

    /// Whether the resource certainly lacks a code; false where its codings are not written as R4 writes them.
    mutating func lack(_ wanted: LeadingCode, in resource: Resource) -> Bool {
        let place = codings.firstIndex { $0.element == wanted.element }
        if place == nil { codings.append((wanted.element, Self.pairs(of: wanted.element, in: resource))) }
        guard let found = codings[place ?? codings.count - 1].found else { return false }
        return !found.contains { $0.code == wanted.code && $0.system == wanted.system }
    }

    private static func pairs(of element: String, in resource: Resource) -> [Pair]? {
        // A choice is found under its name followed by a type: `value.coding` may be in `valueCodeableConcept`.
        guard let concepts = resource[element] else { return resource.json.hasChoice(of: element) ? nil : [] }
        var pairs: [Pair] = []
        for concept in concepts.elements {
            guard concept.object != nil else { return nil }
            guard let codings = concept["coding"] else { continue }
            guard let list = codings.array else { return nil }
            for coding in list {
                guard let object = coding.object else { return nil }
                switch (object["system"], object["code"]) {
                case (.string(let system)?, .string(let code)?): pairs.append(Pair(system: system, code: code))
                case (nil, _), (_, nil): continue
                default: return nil
                }
            }
        }
        return pairs
    }
}

extension JSONObject {
    /// Whether a member's name is this one followed by a type.
    fileprivate func hasChoice(of name: String) -> Bool {
        let length = name.utf8.count
        return members.contains { member in
            let key = member.key.utf8
            guard key.count > length, key.starts(with: name.utf8) else { return false }
            return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(key[key.index(key.startIndex, offsetBy: length)])
        }
    }
}
