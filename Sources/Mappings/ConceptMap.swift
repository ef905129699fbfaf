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

    /// A code, Coding, CodeableConcept or a list of them in the target's words; nil when nothing of it may stay.
    ///
    /// A CodeableConcept keeps its codings and gets the translation in front of them (US Core: extra codings stay).
    func translate(
        _ value: JSONValue, _ unmapped: Translate.Unmapped, _ isKnown: inout Bool
    ) -> JSONValue? {
        switch value {
        case .array(let items):
            let kept = items.compactMap { translate($0, unmapped, &isKnown) }
            return kept.isEmpty ? nil : .array(kept)
        case .string(let code):
            let target = target(system: nil, code: code, anySystem: true, unmapped)
            return target.map { $0.code.map(JSONValue.string) ?? value } ?? rest(value, unmapped, &isKnown)
        case .object(let object) where object["coding"] != nil:
            return translate(concept: object, unmapped, &isKnown).map(JSONValue.object)
        case .object(let object) where object["code"] != nil:
            return target(of: value, unmapped)?.json ?? rest(value, unmapped, &isKnown)
        default: return value
        }
    }

    /// What becomes of a code that no group knows.
    private func rest(_ value: JSONValue, _ unmapped: Translate.Unmapped, _ isKnown: inout Bool) -> JSONValue? {
        switch unmapped {
        case .provided, .keep: return value
        case .drop: return nil
        case .fail:
            isKnown = false
            return value
        }
    }

    private func translate(
        concept: JSONObject, _ unmapped: Translate.Unmapped, _ isKnown: inout Bool
    ) -> JSONObject? {
        let codings = concept["coding"]?.elements ?? []
        var translated = concept
        guard let target = codings.lazy.compactMap({ target(of: $0, unmapped) }).first else {
            let kept = codings.compactMap { rest($0, unmapped, &isKnown) }
            translated["coding"] = kept.isEmpty ? nil : .array(kept)
            return translated.isEmpty ? nil : translated
        }
        let isThere = codings.contains {
            $0["system"]?.string == target.system && $0["code"]?.string == target.code
        }
        if !isThere { translated["coding"] = .array([target.json] + codings) }
        return translated
    }

    private func target(of coding: JSONValue, _ unmapped: Translate.Unmapped) -> Coding? {
        guard let code = coding["code"]?.string else { return nil }
        return target(system: coding["system"]?.string, code: code, anySystem: false, unmapped)
    }

    /// What the first group that knows the code makes of it, else what the first group with a fallback says.
    ///
    /// A code that is a target already is known, and stays.
    private func target(
        system: String?, code: String, anySystem: Bool, _ unmapped: Translate.Unmapped
    ) -> Coding? {
        let candidates = groups.lazy.filter { anySystem || $0.source == system }
        if let known = candidates.compactMap({ $0.codes[code] }).first { return known }
        let own = groups.lazy.filter { anySystem || $0.target == system }
        if unmapped != .provided, let same = own.flatMap(\.codes.values).first(where: { $0.code == code }) {
            return same
        }
        return unmapped == .provided ? candidates.compactMap(\.fallback).first : nil
    }
}

/// What is wrong with a ConceptMap, in words for the person who wrote it.
struct ConceptMapProblem: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
