import FHIR

/// A FHIR R4 ConceptMap, as far as `translate` uses it.
///
/// A code that no group knows stays as it is, unless its group says otherwise under `unmapped`.
struct ConceptMap: Sendable {
    /// The codes of one system and what they become.
    private struct Group: Sendable {
        let source: String?
        let target: String?
        let codes: [String: Coding]
        let fallback: Coding?
    }

    /// The name of the map's file.
    let name: String
    private let groups: [Group]

    /// Reads a ConceptMap; throws what is wrong with it, in words.
    init(name: String, _ json: JSONValue) throws(ConceptMapProblem) {
        guard json["resourceType"]?.string == "ConceptMap" else {
            throw ConceptMapProblem("the file is not a FHIR ConceptMap")
        }
        self.name = name
        var groups: [Group] = []
        for (index, group) in (json["group"]?.elements ?? []).enumerated() {
            groups.append(try Self.group(group, "group[\(index)]"))
        }
        guard !groups.isEmpty else { throw ConceptMapProblem("the ConceptMap has no group") }
        self.groups = groups
    }

    private static func group(_ json: JSONValue, _ place: String) throws(ConceptMapProblem) -> Group {
        let target = json["target"]?.string
        var codes: [String: Coding] = [:]
        for (index, element) in (json["element"]?.elements ?? []).enumerated() {
            guard let code = element["code"]?.string else {
                throw ConceptMapProblem("\(place).element[\(index)] has no code")
            }
            let targets = (element["target"]?.elements ?? []).filter {
                !["unmatched", "disjoint"].contains($0["equivalence"]?.string)
            }
            guard targets.count < 2 else {
                throw ConceptMapProblem("\(place).element[\(index)] has several targets; a translation needs one")
            }
            guard let first = targets.first, let result = first["code"]?.string else { continue }
            guard codes[code] == nil else { throw ConceptMapProblem("\(place) maps the code '\(code)' twice") }
            codes[code] = coding(target, result, first["display"]?.string)
        }
        return Group(
            source: json["source"]?.string, target: target, codes: codes,
            fallback: try fallback(json["unmapped"], target, place))
    }

    private static func fallback(
        _ json: JSONValue?, _ target: String?, _ place: String
    ) throws(ConceptMapProblem) -> Coding? {
        switch json?["mode"]?.string {
        case nil where json == nil, "provided"?: return nil
        case "fixed"?:
            guard let code = json?["code"]?.string else {
                throw ConceptMapProblem("\(place).unmapped is fixed but has no code")
            }
            return coding(target, code, json?["display"]?.string)
        default: throw ConceptMapProblem("\(place).unmapped.mode must be provided or fixed")
        }
    }

    private static func coding(_ system: String?, _ code: String, _ display: String?) -> Coding {
        Coding(system: system, code: code, display: display)
    }

    // MARK: Translating

    /// A code, Coding, CodeableConcept or a list of them in the target's words.
    ///
    /// A CodeableConcept keeps its codings and gets the translation in front of them (US Core: extra codings stay).
    func translate(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let items): return .array(items.map(translate))
        case .string(let code):
            return target(system: nil, code: code, anySystem: true)?.code.map(JSONValue.string) ?? value
        case .object(let object):
            if object["coding"] != nil { return .object(translate(concept: object)) }
            guard let target = target(of: value) else { return value }
            return target.json
        default: return value
        }
    }

    private func translate(concept: JSONObject) -> JSONObject {
        let codings = concept["coding"]?.elements ?? []
        guard let target = codings.lazy.compactMap(target(of:)).first,
            !codings.contains(where: { $0["system"]?.string == target.system && $0["code"]?.string == target.code })
        else { return concept }
        var translated = concept
        translated["coding"] = .array([target.json] + codings)
        return translated
    }

    private func target(of coding: JSONValue) -> Coding? {
        guard let code = coding["code"]?.string else { return nil }
        return target(system: coding["system"]?.string, code: code, anySystem: false)
    }

    /// What the first group that knows the code makes of it, else what the first group with a fallback says.
    private func target(system: String?, code: String, anySystem: Bool) -> Coding? {
        let candidates = groups.lazy.filter { anySystem || $0.source == system }
        return candidates.compactMap { $0.codes[code] }.first ?? candidates.compactMap(\.fallback).first
    }
}

/// What is wrong with a ConceptMap, in words for the person who wrote it.
struct ConceptMapProblem: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
