import FHIR

/// A FHIR R4 ConceptMap, as far as `translate` uses it.
///
/// A code that no group knows stays as it is, unless its group provides otherwise under `unmapped`.
struct ConceptMap: Sendable {
    /// The codes of one system and what they become.
    struct Group: Sendable {
        let source: String?
        let target: String?
        /// What each code becomes; nil where the map says that it has no counterpart.
        let codes: [String: Coding?]
        let fallback: Coding?
        /// The codes that other codes become.
        let targets: Set<String>

        init(source: String?, target: String?, codes: [String: Coding?], fallback: Coding?) {
            self.source = source
            self.target = target
            self.codes = codes
            self.fallback = fallback
            targets = Set(codes.values.compactMap { $0?.code })
        }
    }

    /// What the map says about a code.
    private enum Verdict {
        case translated(Coding)
        /// A group has one code for every code that it does not know.
        case fallback(Coding)
        /// It is already one of the codes that others become.
        case target
        case unknown
    }

    /// The name of the map's file.
    let name: String
    private let groups: [Group]

    init(name: String, groups: [Group]) {
        self.name = name
        self.groups = groups
    }

    /// Translates a code, Coding, CodeableConcept or list of them; nil when nothing of it may stay.
    ///
    /// A CodeableConcept keeps its codings and gets the translation in front of them (US Core: extra codings stay).
    /// Each coding that no group knows is treated as `unmapped` says, even beside one that is translated.
    func translate(
        _ value: JSONValue, _ unmapped: Translate.Unmapped, _ isKnown: inout Bool
    ) -> JSONValue? {
        switch value {
        case .array(let items):
            let kept = items.compactMap { translate($0, unmapped, &isKnown) }
            return kept.isEmpty ? nil : .array(kept)
        case .string(let code):
            switch verdict(system: nil, code: code, anySystem: true, unmapped) {
            case .translated(let coding), .fallback(let coding): return coding.code.map(JSONValue.string) ?? value
            case .target: return value
            case .unknown: return rest(value, unmapped, &isKnown)
            }
        case .object(let object) where object["coding"] != nil:
            return translate(concept: object, unmapped, &isKnown).map(JSONValue.object)
        case .object(let object) where object["code"] != nil:
            switch verdict(of: value, unmapped) {
            case .translated(let coding), .fallback(let coding): return coding.json
            case .target: return value
            case .unknown: return rest(value, unmapped, &isKnown)
            }
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
        var translation: Coding?
        var fallback: Coding?
        var isTranslated = false
        var kept: [JSONValue] = []
        for coding in concept["coding"]?.elements ?? [] {
            if coding["code"] == nil {
                // Text without a code is not an unknown code, but may disclose as much.
                if unmapped != .drop { kept.append(coding) }
                continue
            }
            switch verdict(of: coding, unmapped) {
            case .translated(let target):
                if !isTranslated { translation = target }
                isTranslated = true
            case .target: isTranslated = true
            case .fallback(let target): fallback = fallback ?? target
            case .unknown:
                if let coding = rest(coding, unmapped, &isKnown) { kept.append(coding) }
                continue
            }
            kept.append(coding)
        }
        if let translation = isTranslated ? translation : fallback,
            !kept.contains(where: {
                $0["system"]?.string == translation.system && $0["code"]?.string == translation.code
            })
        {
            kept.insert(translation.json, at: 0)
        }
        var translated = concept
        translated["coding"] = kept.isEmpty ? nil : .array(kept)
        return translated.isEmpty ? nil : translated
    }

    private func verdict(of coding: JSONValue, _ unmapped: Translate.Unmapped) -> Verdict {
        guard let code = coding["code"]?.string else { return .unknown }
        return verdict(system: coding["system"]?.string, code: code, anySystem: false, unmapped)
    }

    /// The translation by the first group that knows the code, or else the fallback of the first group that has one.
    ///
    /// A code that is already a target is known, and stays.
    private func verdict(
        system: String?, code: String, anySystem: Bool, _ unmapped: Translate.Unmapped
    ) -> Verdict {
        let candidates = groups.lazy.filter { anySystem || $0.source == system }
        if let known = candidates.compactMap({ $0.codes[code] }).first {
            return known.map { .translated($0) } ?? .unknown
        }
        guard unmapped == .provided else {
            let isTarget = groups.contains { (anySystem || $0.target == system) && $0.targets.contains(code) }
            return isTarget ? .target : .unknown
        }
        return candidates.compactMap(\.fallback).first.map { .fallback($0) } ?? .unknown
    }
}
