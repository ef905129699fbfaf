import FHIR

extension PathValue {
    /// Whether the value has a type.
    ///
    /// When R4's definition of an element is not known, the JSON decides: a text then has every type whose texts look
    /// like it, and a structure every type that has all of its elements.
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

extension PathValue {
    /// The result of `type()`: a namespace and a name.
    var typeInfo: JSONValue {
        let name: String
        switch self {
        case .boolean: name = "Boolean"
        case .integer: name = "Integer"
        case .decimal: name = "Decimal"
        case .string: name = "String"
        case .moment(let moment):
            name = [.date: "Date", .dateTime: "DateTime", .time: "Time"][moment.kind] ?? "DateTime"
        case .quantity: name = "Quantity"
        case .element(let element):
            return ["namespace": "FHIR", "name": .string(element.type ?? element.guessedType)]
        }
        return ["namespace": "System", "name": .string(name)]
    }
}

extension TypeName {
    fileprivate func isSystem(_ name: String) -> Bool {
        namespace != "FHIR" && self.name == name
    }
}

extension PathElement {
    fileprivate func has(_ name: String) -> Bool {
        if name == "Element" || name == "Base" { return json["resourceType"] == nil || name == "Base" }
        if known != .unknown { return R4Types.named(name).map(known.comes) ?? false }
        if let type = json["resourceType"]?.string {
            return type == name || name == "Resource" || name == "DomainResource"
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

    /// The type that the JSON looks like, when nothing else is known.
    fileprivate var guessedType: String {
        switch json {
        case .bool: "boolean"
        case .number(let number): number.int == nil ? "decimal" : "integer"
        case .string: "string"
        default: "Element"
        }
    }
}
