import FHIR

@testable import Mappings

/// One must-support element of a profile, and a resource that has it and nothing else.
struct MustSupportProbe {
    /// The element's id in the profile, in one type of a choice.
    let element: String
    private let type: String
    private let steps: [String]
    private let value: JSONValue

    /// Every must-support element of a profile in every type that it may have; one with others below it is judged by
    /// those.
    static func all(of profile: JSONValue) -> [MustSupportProbe] {
        let elements = profile["snapshot"]?["element"]?.elements ?? []
        let supported = elements.filter { $0["mustSupport"]?.bool == true }
        let ids = supported.compactMap { $0["id"]?.string }
        return supported.flatMap { element -> [MustSupportProbe] in
            guard let id = element["id"]?.string, let path = element["path"]?.string, path.contains("."),
                !ids.contains(where: { $0.hasPrefix(id + ".") })
            else { return [] }
            return probes(id, path.split(separator: ".").map(String.init), element, among: elements)
        }
    }

    private static func probes(
        _ id: String, _ path: [String], _ element: JSONValue, among elements: [JSONValue]
    ) -> [MustSupportProbe] {
        let types = element["type"]?.elements ?? []
        let parents = path.indices.dropFirst().dropLast().map { last in
            let types = elements.first { $0["path"]?.string == path[...last].joined(separator: ".") }?["type"]
            return name(path[last], types?[0]?["code"]?.string)
        }
        func probe(_ name: String, _ value: JSONValue, _ suffix: String = "") -> MustSupportProbe {
            MustSupportProbe(element: id + suffix, type: path[0], steps: parents + [name], value: value)
        }
        let last = path[path.count - 1]
        if last == "extension" {
            // The unnamed one stands for all slices.
            return types.flatMap { $0["profile"]?.elements ?? [] }.compactMap(\.string).map { canonical in
                probe(last, [["url": .string(String(canonical.prefix { $0 != "|" }))]])
            }
        }
        guard last.hasSuffix("[x]") else { return [probe(last, "x")] }
        return types.compactMap { $0["code"]?.string }.map { probe(name(last, $0), "x", " " + $0) }
    }

    /// The name of an element in a resource, where a choice includes the name of its type.
    private static func name(_ name: String, _ type: String?) -> String {
        guard name.hasSuffix("[x]"), let type else { return name }
        return name.dropLast(3) + type.prefix(1).uppercased() + type.dropFirst()
    }

    /// Whether a mapping keeps the element.
    func survives(_ mapping: ResourceMapping) throws -> Bool {
        var inner = value
        for step in steps.reversed() { inner = .object([step: inner]) }
        var json = inner.object ?? JSONObject()
        json["resourceType"] = .string(type)
        var trace = TraceRecorder(isOn: false)
        let kept = mapping.keep.copy(of: try Resource(.object(json)), profile: nil, &trace)
        return steps.reduce(JSONValue.object(kept) as JSONValue?) { $0?[$1] } == value
    }
}
