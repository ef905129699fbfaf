import FHIR

extension PathValue {
    /// Whether the value is of a type.
    ///
    /// JSON does not say the type of most elements: a text then is of every type whose texts look like it,
    /// and a structure of every type that has all of its elements.
    func has(_ type: TypeName) -> Bool {
        switch self {
        case .boolean: type.isSystem("Boolean")
        case .integer: type.isSystem("Integer")
        case .decimal: type.isSystem("Decimal")
        case .string: type.isSystem("String")
        case .moment(let moment):
            switch moment.kind {
            case .date: type.isSystem("Date")
            case .dateTime: type.isSystem("DateTime")
            case .time: type.isSystem("Time")
            }
        case .quantity: type.isSystem("Quantity")
        case .element(let element): type.namespace != "System" && element.has(type.name)
        }
    }
}

extension TypeName {
    fileprivate func isSystem(_ name: String) -> Bool {
        namespace != "FHIR" && self.name == name
    }
}

extension PathElement {
    fileprivate func has(_ name: String) -> Bool {
        if name == "Element" || name == "Base" { return true }
        if let type {
            if json["resourceType"] != nil { return type == name || name == "Resource" || name == "DomainResource" }
            return type == name || FHIRTypes.parents[type] == name
        }
        switch json {
        case .bool: return name == "boolean"
        case .number(let number):
            return number.int == nil ? name == "decimal" : ["integer", "positiveInt", "unsignedInt"].contains(name)
        case .string(let text): return Self.isText(text, of: name)
        case .object(let object):
            guard let shape = FHIRTypes.shapes[name] else { return false }
            return object.members.allSatisfy { shape.contains($0.key) || $0.key == "id" || $0.key == "extension" }
        case .null, .array: return false
        }
    }

    private static func isText(_ text: String, of name: String) -> Bool {
        switch name {
        case "date": PathMoment(text)?.kind == .date
        case "dateTime": PathMoment(text).map { $0.kind != .time } ?? false
        case "instant": PathMoment(text)?.kind == .dateTime
        case "time": PathMoment(text)?.kind == .time
        case "boolean", "decimal", "integer", "positiveInt", "unsignedInt": false
        default: FHIRTypes.primitives.contains(name)
        }
    }
}
