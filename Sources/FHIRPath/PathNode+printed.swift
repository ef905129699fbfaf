extension PathNode: CustomStringConvertible {
    /// The expression in a form that parses to the same tree: every operator is in parentheses.
    var description: String {
        switch self {
        case .this: "$this"
        case .index: "$index"
        case .total: "$total"
        case .pattern(let pattern): PathValue.string(pattern.text).literal
        case .descending(let inner): "-\(inner.asTerm)"
        case .constant(let values): Self.literals(values)
        case .variable(let name): "%`\(PathValue.escaped(name, "`"))`"
        case .typed(let name): "`\(PathValue.escaped(name, "`"))`"
        case .path(let start, let steps): Self.path(start, steps)
        case .item(let focus, let index, _): "\(focus.asTerm)[\(index)]"
        case .call(let focus, let function, let arguments, _):
            "\(focus.asTerm).\(function.rawValue)(\(arguments.map(\.description).joined(separator: ", ")))"
        case .operation(let which, let left, let right, _): "(\(left) \(which.rawValue) \(right))"
        case .negated(let inner, _): "(-\(inner.asTerm))"
        case .typeTest(let inner, let type, _): "\(inner.asTerm).is(\(type.printed))"
        case .typeCast(let inner, let type, _): "\(inner.asTerm).as(\(type.printed))"
        case .typeFilter(let inner, let type): "\(inner.asTerm).ofType(\(type.printed))"
        }
    }

    /// The node in a form that an invocation may follow.
    private var asTerm: String {
        switch self {
        case .constant: "(\(description))"
        default: description
        }
    }

    private static func path(_ start: PathNode, _ steps: [PathStep]) -> String {
        let names = steps.map { "`\(PathValue.escaped($0.name, "`"))`" }.joined(separator: ".")
        return "\(start.asTerm).\(names)"
    }

    private static func literals(_ values: [PathValue]) -> String {
        switch values.count {
        case 0: "{}"
        case 1: values[0].literal
        default: "(" + values.map(\.literal).joined(separator: " | ") + ")"
        }
    }
}

extension TypeName {
    fileprivate var printed: String {
        (namespace.map { $0 + "." } ?? "") + "`\(name)`"
    }
}

extension PathValue {
    /// The value as a literal of an expression.
    fileprivate var literal: String {
        switch self {
        case .string(let text): "'" + Self.escaped(text, "'") + "'"
        case .moment(let moment): "@" + moment.text
        case .quantity(let quantity): "\(quantity.value) '\(Self.escaped(quantity.unit, "'"))'"
        default: written
        }
    }

    fileprivate static func escaped(_ text: String, _ quote: Character) -> String {
        text.reduce(into: "") { output, character in
            switch character {
            case "\\", quote: output += "\\" + String(character)
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case "\r\n": output += "\\r\\n"
            default: output.append(character)
            }
        }
    }
}
