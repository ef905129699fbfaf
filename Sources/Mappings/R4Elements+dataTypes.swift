import DeclarativeFiles
import FHIRPath

extension R4Elements {
    /// The elements of R4's data types that may repeat (FHIR R4 §2.24).
    private static let repeatingParts: [String: Set<String>] = [
        "Address": ["line"], "CodeableConcept": ["coding"], "ContactDetail": ["telecom"], "Contributor": ["contact"],
        "DataRequirement": ["profile", "mustSupport", "codeFilter", "dateFilter", "sort"],
        "DataRequirement.codeFilter": ["code"], "Dosage": ["additionalInstruction", "doseAndRate"],
        "HumanName": ["given", "prefix", "suffix"], "Meta": ["profile", "security", "tag"],
        "Signature": ["type"], "Timing": ["event"], "Timing.repeat": ["dayOfWeek", "timeOfDay", "when"],
        "TriggerDefinition": ["data"],
    ]

    /// The data type that holds the last element of a path; nil when that is not known.
    private func holder(of path: ElementPath) -> R4Shape? {
        var shape = R4Shape(type)
        for step in path.parents { shape = shape?.element(step) }
        return shape
    }

    /// Whether the element at the end of a path may repeat; nil when that is not known.
    func isRepeating(_ path: ElementPath) -> Bool? {
        if let element = element(at: path.text) { return element.isRepeating }
        if path.last == "extension" || path.last == "modifierExtension" { return true }
        guard let holder = holder(of: path), holder.element(path.last) != nil else { return nil }
        guard let parts = Self.repeatingParts[holder.name] else { return holder.name.contains(".") ? nil : false }
        return parts.contains(path.last)
    }

    /// What is wrong with the steps of a path that are inside a data type.
    func problem(inDataTypesOf path: ElementPath) -> ElementProblem? {
        var shape = R4Shape(type)
        for step in path.parents + [path.last] {
            let name = step.hasPrefix("_") ? String(step.dropFirst()) : step
            if name == "extension" || name == "id" { return nil }
            let next = shape?.element(name)
            if let shape, next == nil, shape.isDataType || shape.isPrimitive || shape.name.contains(".") {
                return ElementProblem(
                    message: "R4's \(shape.name) has no element '\(name)'",
                    suggestion: Suggestion.closest(to: name, among: shape.elementNames))
            }
            shape = next
        }
        return nil
    }
}
