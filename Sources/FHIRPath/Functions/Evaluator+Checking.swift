import FHIR

extension Evaluator {
    /// `conformsTo(url)`, `memberOf(url)` and `htmlChecks()`, on one element.
    mutating func checked(
        _ function: PathFunction, _ input: [PathValue], _ node: PathNode?, _ column: Int, _ scope: Scope
    ) throws(PathError) -> Bool? {
        guard input.count < 2 else {
            throw PathError("\(function.rawValue)() takes one element, not several", column: column)
        }
        guard let value = input.first else { return nil }
        guard let node else {
            guard let text = value.text else { return nil }
            try spend(text.utf8.count / 16)
            return NarrativeCheck.holds(text)
        }
        guard let url = try argument(node, function, column, scope) else { return nil }
        guard let json = value.json else { return nil }
        try spend(16)
        if function == .memberOf { return environment.memberOf?(json, url) }
        // Checking a profile looks at everything in the value.
        try spend(4 * json.weight)
        if let answer = environment.conformsTo?(json, url) { return answer }
        let prefix = "http://hl7.org/fhir/StructureDefinition/"
        let name = String(url.dropFirst(url.hasPrefix(prefix) ? prefix.utf8.count : 0))
        guard url.hasPrefix(prefix), FHIRTypes.names.contains(name),
            !FHIRTypes.system.contains(name) || name == "Quantity"
        else { throw PathError("conformsTo() does not know this profile", column: column) }
        return value.has(TypeName(namespace: "FHIR", name: name))
    }
}

extension JSONValue {
    /// How many values it consists of.
    fileprivate var weight: Int {
        switch self {
        case .array(let elements): elements.reduce(1) { $0 + $1.weight }
        case .object(let object): object.members.reduce(1) { $0 + $1.value.weight }
        default: 1
        }
    }
}
