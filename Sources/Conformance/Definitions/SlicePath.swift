import FHIR

/// The path of a discriminator: the small part of FHIRPath that is allowed there (FHIR R4 §5.1.0.14).
struct SlicePath: Sendable {
    /// One step of it.
    enum Step: Sendable, Equatable {
        case child(String)
        case extensionURL(String)
        case ofType(String)
        case resolve
    }

    var steps: [Step]

    init(_ steps: [Step]) { self.steps = steps }

    /// Reads `$this`, `code.coding`, `extension('u').value`, `value.ofType(Coding)`, `resolve().code`; nil otherwise.
    init?(_ text: String) {
        var steps: [Step] = []
        var rest = text[...]
        while !rest.isEmpty {
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "$" || $0 == "_" }
            rest = rest.dropFirst(word.count)
            if rest.first == "(" {
                guard let close = rest.firstIndex(of: ")") else { return nil }
                let argument = rest[rest.index(after: rest.startIndex)..<close]
                rest = rest[rest.index(after: close)...]
                switch word {
                case "extension": steps.append(.extensionURL(argument.filter { $0 != "'" && $0 != "\"" }))
                case "ofType", "as": steps.append(.ofType(String(argument)))
                case "resolve": steps.append(.resolve)
                default: return nil
                }
            } else if word == "$this" {
                // The current element.
            } else if !word.isEmpty {
                steps.append(.child(String(word)))
            } else {
                return nil
            }
            if rest.first == "." {
                rest = rest.dropFirst()
            } else if !rest.isEmpty {
                return nil
            }
        }
        self.steps = steps
    }

    func appending(_ name: String) -> SlicePath { SlicePath(steps + [.child(name)]) }
}
