import FHIR

extension ValidationRun {
    /// Checks the target of a reference against the types that the element allows.
    func check(reference value: JSONValue, _ type: ElementType) {
        guard let text = value["reference"]?.string else {
            checkNamed(value["type"]?.string, type)
            return
        }
        let reference = Reference(parsing: text)
        if case .contained(let id) = reference, !id.isEmpty, scope.contained[id] == nil {
            report(.referenceContained, "no contained resource has this id")
            return
        }
        if case .opaque = reference {
            report(.referenceFormat, "the reference has none of the forms that FHIR allows", severity: .warning)
            return
        }
        // The type in the reference comes first; a URN has none, so the resource behind it decides.
        checkNamed(reference.type ?? target(text)?["resourceType"]?.string ?? value["type"]?.string, type)
    }

    private func checkNamed(_ found: String?, _ type: ElementType) {
        guard let targets = type.targets, let found, !targets.contains(found) else { return }
        report(.referenceType, "the reference may point at \(targets.sorted().joined(separator: ", ")) only")
    }

    /// The target of a reference, contained or in the bundle.
    func target(_ text: String) -> JSONValue? {
        if text == "#" { return scope.resource.map { .object($0.json) } }
        if text.utf8.first == UInt8(ascii: "#") { return scope.contained[String(text.dropFirst())] }
        return index?.resource(text)
    }
}
