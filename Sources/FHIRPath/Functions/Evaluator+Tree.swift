import FHIR

extension Evaluator {
    /// `children`, `descendants`, `extension` and `resolve`.
    mutating func related(
        _ function: PathFunction, _ input: [PathValue], _ argument: PathNode?, _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        let url = try argument.map { node throws(PathError) in try single(node, column, scope)?.text } ?? nil
        let extensionType = isTyped ? R4Types.named("Extension") ?? .unknown : .unknown
        var output: [PathValue] = []
        for case .element(let element) in input {
            try spend()
            switch function {
            case .children: output += try children(of: element)
            case .descendants: try addDescendants(of: element, to: &output)
            case .extension:
                output += element.extensions.lazy.filter { $0["url"]?.string == url && url != nil }
                    .map { .element(PathElement($0, known: extensionType)) }
            default:
                if let resource = target(of: element) { output.append(.element(resource)) }
            }
        }
        return output
    }

    private mutating func children(of element: PathElement) throws(PathError) -> [PathValue] {
        guard let object = element.json.object ?? element.companion?.object else { return [] }
        var names: [String] = []
        for key in object.keys where key != "resourceType" {
            let name = key.hasPrefix("_") ? String(key.dropFirst()) : key
            if !names.contains(name) { names.append(name) }
        }
        let scope = Scope(this: .element(PathElement(.object(object), known: element.known)))
        var output: [PathValue] = []
        for name in names {
            output += try elements(
                .path(.this, [PathStep(isTyped ? Self.withoutType(name) : name, isTyped: isTyped)]), scope)
        }
        return output
    }

    /// The name of a choice element without its type, so that its child step recognises it.
    private static func withoutType(_ name: String) -> String {
        for (index, character) in zip(name.indices, name).dropFirst() where character.isUppercase {
            let start = String(name[..<index])
            if FHIRTypes.choices.contains(start), FHIRTypes.choiceType(suffix: name[index...]) != nil { return start }
        }
        return name
    }

    /// Depth first; JSON is never deeper than its parser allows.
    private mutating func addDescendants(
        of element: PathElement, to output: inout [PathValue]
    ) throws(PathError) {
        for child in try children(of: element) {
            output.append(child)
            if case .element(let inner) = child { try addDescendants(of: inner, to: &output) }
        }
    }

    /// The target of a Reference or of a reference's text: contained, or known to the environment.
    private func target(of element: PathElement) -> PathElement? {
        guard let text = element.json.string ?? element.json["reference"]?.string else { return nil }
        if text.hasPrefix("#") {
            let holder = environment.rootResource.map { self.element(.object($0.json)) } ?? root
            if text.utf8.count == 1 { return holder }
            let own = holder.json["contained"]?.elements.first { $0["id"]?.string.map { "#" + $0 } == text }
            if let own { return self.element(own) }
        }
        return environment.resolve?(text).map { self.element(.object($0.json)) }
    }
}
