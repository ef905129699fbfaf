import DeclarativeFiles

/// What is wrong with the name of an element, and which one was probably meant.
struct ElementProblem {
    let message: String
    let suggestion: String?
}

extension R4Elements {
    /// What is wrong with a path, as far as elements are listed; nil when it is right.
    func problem(with path: ElementPath) -> ElementProblem? {
        if path.first == "contained" {
            return ElementProblem(message: "what is contained is mapped for itself and not set", suggestion: nil)
        }
        var walked = ""
        for step in path.parents + [path.last] {
            if !walked.isEmpty, isLeaf(walked) { return problem(inDataTypesOf: path) }
            let isLast = step == path.last
            let name = isLast && step.hasPrefix("_") ? String(step.dropFirst()) : step
            if name == "extension" || name == "id" { return nil }
            let next = walked.isEmpty ? name : walked + "." + name
            guard element(at: next) != nil else { return unknown(next) }
            walked = next
        }
        return nil
    }

    /// The problem with a name that no element has.
    func unknown(_ path: String) -> ElementProblem {
        let known = elements.keys.sorted()
        let plain = path.hasSuffix("[x]") ? String(path.dropLast(3)) : path
        if let element = elements[plain], !element.choiceTypes.isEmpty {
            return ElementProblem(
                message: "'\(plain)' is a choice of types: name one of them here",
                suggestion: keys(of: plain).first)
        }
        return ElementProblem(
            message: "R4 has no element '\(path)' here", suggestion: Suggestion.closest(to: plain, among: known))
    }
}
