import FHIR

@testable import Conformance

/// Puts one fault after the other into a conformant resource, at the top level, as its profile allows.
struct Mutator {
    private let library: ProfileLibrary

    init(_ validator: Validator) {
        library = ProfileLibrary(validator.packages)
    }

    func mutants(of json: JSONValue) -> [Mutant] {
        guard let object = json.object, let type = json["resourceType"]?.string, type != "Bundle" else { return [] }
        let claimed = json["meta"]?["profile"]?.elements.compactMap { $0.string.flatMap(library.profile) } ?? []
        let base = library.profile("http://hl7.org/fhir/StructureDefinition/\(type)")
        guard let profile = claimed.first(where: { $0.type == type }) ?? base else { return [] }
        let name = profile.canonical
        let unknown = Mutant(
            kind: "unknown element", rule: "element.unknown", element: "notAnElement", profile: name,
            json: .object(object.with("notAnElement", true)))
        return [unknown] + profile.root.children.flatMap { mutants(of: object, $0, name) }
    }

    private func mutants(of object: JSONObject, _ rule: ElementRule, _ profile: String) -> [Mutant] {
        let keys = object.keys.filter { key in
            rule.isChoice ? rule.types.contains { rule.key($0) == key } : key == rule.name
        }
        guard let key = keys.first, let value = object[key] else { return [] }
        func mutant(_ kind: String, _ wanted: String, _ changed: JSONObject) -> Mutant {
            Mutant(kind: kind, rule: wanted, element: key, profile: profile, json: .object(changed))
        }
        var found: [Mutant] = []
        if rule.min > 0 {
            found.append(
                mutant("required element removed", "cardinality.min", object.with(key, nil).with("_" + key, nil)))
        }
        let type = rule.types.first { rule.isChoice ? rule.key($0) == key : true }
        if rule.isChoice, let other = rule.types.first(where: { rule.key($0) != key }) {
            found.append(mutant("second [x]", "choice.several", object.with(rule.key(other), "x")))
        }
        switch type?.kind {
        case .primitive(let primitive):
            found += primitiveMutants(object, key, value, rule, primitive, mutant)
        case .reference where type?.targets?.contains("Binary") == false:
            let wrong: JSONValue = ["reference": "Binary/1"]
            found.append(
                mutant("wrong target type", "reference.type", object.with(key, rule.isArray ? [wrong] : wrong)))
        case .complex:
            found.append(mutant("wrong type", "json.type", object.with(key, rule.isArray ? ["x"] : "x")))
        default: break
        }
        if rule.isArray {
            found.append(mutant("empty array", "json.empty", object.with(key, [])))
            found.append(mutant("array left out", "json.array", object.with(key, value[0])))
        }
        if type?.code == "CodeableConcept", rule.slices.contains(where: { $0.min > 0 }) {
            found.append(mutant("broken slice", "slice.min", object.with(key, [["text": "x"]])))
        }
        return found
    }

    private func primitiveMutants(
        _ object: JSONObject, _ key: String, _ value: JSONValue, _ rule: ElementRule, _ type: PrimitiveType,
        _ mutant: (String, String, JSONObject) -> Mutant
    ) -> [Mutant] {
        guard !rule.isArray else { return [] }
        var found = [mutant("wrong type", "json.type", object.with(key, ["a": "b"]))]
        if [.date, .dateTime, .instant].contains(type) {
            found.append(mutant("bad date", "primitive.format", object.with(key, "2026-13-45")))
        }
        let isChecked = rule.bindings.contains { binding in
            binding.isRequired
                && library.valueSet(binding.valueSet).map { $0.membership(of: value) == .member } ?? false
        }
        if isChecked { found.append(mutant("wrong code", "binding.required", object.with(key, "not-a-code"))) }
        return found
    }
}

extension ElementRule {
    fileprivate func key(_ type: ElementType) -> String {
        name + type.code.prefix(1).uppercased() + type.code.dropFirst()
    }
}

extension JSONObject {
    fileprivate func with(_ key: String, _ value: JSONValue?) -> JSONObject {
        var copy = self
        copy[key] = value
        return copy
    }
}
