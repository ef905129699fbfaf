import FHIR

/// Checks JSON against the schemas of an OpenAPI document, as far as that document uses them.
struct SchemaReader {
    let document: JSONValue

    /// What is wrong with `value`, by its place; an unknown keyword is wrong, too, so that none is ignored.
    func flaws(of value: JSONValue, by schema: JSONValue, at place: String = "$") -> [String] {
        (schema.object?.members ?? []).flatMap { keyword in
            flaws(of: value, by: keyword.key, keyword.value, in: schema, at: place)
        }
    }

    /// What a JSON pointer of this document leads to.
    func resolved(_ node: JSONValue) -> JSONValue {
        guard let pointer = node["$ref"]?.string else { return node }
        return pointer.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .null }
    }

    private func flaws(
        of value: JSONValue, by keyword: String, _ rule: JSONValue, in schema: JSONValue, at place: String
    ) -> [String] {
        switch keyword {
        case "$ref": return flaws(of: value, by: resolved(schema), at: place)
        case "description", "default", "examples": return []
        case "type": return Self.type(of: value) == rule.string ? [] : ["\(place) is no \(rule.string ?? "")"]
        case "const": return value == rule ? [] : ["\(place) is not the constant"]
        case "enum": return rule.elements.contains(value) ? [] : ["\(place) is none of the enum"]
        case "required":
            return rule.elements.compactMap(\.string).filter { value[$0] == nil }.map { "\(place).\($0) is missing" }
        case "properties":
            return (rule.object?.members ?? []).flatMap { property in
                value[property.key].map { flaws(of: $0, by: property.value, at: "\(place).\(property.key)") } ?? []
            }
        case "additionalProperties":
            let known = Set(schema["properties"]?.object?.keys ?? [])
            return (value.object?.keys ?? []).filter { !known.contains($0) }.map { "\(place).\($0) is not declared" }
        case "items":
            return value.elements.enumerated().flatMap { flaws(of: $1, by: rule, at: "\(place)[\($0)]") }
        case "minLength": return (value.string?.count ?? 0) >= (rule.number?.int ?? 0) ? [] : ["\(place) is short"]
        case "maxLength": return (value.string?.count ?? 0) <= (rule.number?.int ?? 0) ? [] : ["\(place) is long"]
        case "minimum": return (value.number?.int ?? -1) >= (rule.number?.int ?? 0) ? [] : ["\(place) is small"]
        case "format": return Instant(value.string ?? "") != nil ? [] : ["\(place) is no \(rule.string ?? "")"]
        default: return ["\(place): nobody here knows the keyword \(keyword)"]
        }
    }

    private static func type(of value: JSONValue) -> String {
        if value.object != nil { return "object" }
        if value.array != nil { return "array" }
        if value.string != nil { return "string" }
        if value.bool != nil { return "boolean" }
        return value.number?.int != nil ? "integer" : value.number != nil ? "number" : "null"
    }
}
