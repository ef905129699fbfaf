import FHIR

extension Evaluator {
    /// `upper`, `lower`, `length`, `substring`, `indexOf` and `replace`, on one text.
    mutating func textual(
        _ function: PathFunction, _ input: [PathValue], _ arguments: [PathNode], _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        guard let text = try onlyText(input, function, column) else { return [] }
        switch function {
        case .upper: return [.string(text.uppercased())]
        case .lower: return [.string(text.lowercased())]
        case .length: return [.integer(text.count)]
        case .substring: return try substring(of: text, arguments, column, scope)
        case .indexOf:
            guard let part = try argument(arguments[0], function, column, scope) else { return [] }
            return [.integer(text.position(of: part) ?? -1)]
        default:
            guard let pattern = try argument(arguments[0], function, column, scope),
                let substitute = try argument(arguments[1], function, column, scope)
            else { return [] }
            return [.string(try replaced(text, pattern, substitute))]
        }
    }

    /// `startsWith`, `endsWith` and `contains`.
    mutating func comparesTexts(
        _ function: PathFunction, _ input: [PathValue], _ node: PathNode, _ column: Int, _ scope: Scope
    ) throws(PathError) -> Bool? {
        guard let text = try onlyText(input, function, column),
            let part = try argument(node, function, column, scope)
        else { return nil }
        switch function {
        case .startsWith: return text.hasPrefix(part)
        case .endsWith: return text.hasSuffix(part)
        default: return text.position(of: part) != nil
        }
    }

    private mutating func substring(
        of text: String, _ arguments: [PathNode], _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        guard let start = try single(arguments[0], column, scope)?.integer, start >= 0, start < text.count else {
            return []
        }
        let rest = text.dropFirst(start)
        guard arguments.count > 1, let length = try single(arguments[1], column, scope)?.integer else {
            return [.string(String(rest))]
        }
        return [.string(String(rest.prefix(max(0, length))))]
    }

    private mutating func replaced(
        _ text: String, _ pattern: String, _ substitute: String
    ) throws(PathError) -> String {
        guard !pattern.isEmpty else {
            try spend(text.utf8.count + (text.count + 1) * substitute.utf8.count)
            return substitute + text.map { String($0) + substitute }.joined()
        }
        try spend(text.utf8.count / pattern.utf8.count * substitute.utf8.count / 8)
        return text.split(separator: pattern, omittingEmptySubsequences: false).joined(separator: substitute)
    }

    private func onlyText(
        _ input: [PathValue], _ function: PathFunction, _ column: Int
    ) throws(PathError) -> String? {
        guard let value = input.first else { return nil }
        guard input.count == 1 else {
            throw PathError("\(function.rawValue)() takes one text, not several", column: column)
        }
        guard let text = value.text else {
            if case .element(let element) = value, element.json == .null { return nil }
            throw PathError("\(function.rawValue)() takes a text", column: column)
        }
        return text
    }

    private mutating func argument(
        _ node: PathNode, _ function: PathFunction, _ column: Int, _ scope: Scope
    ) throws(PathError) -> String? {
        guard let value = try single(node, column, scope) else { return nil }
        guard let text = value.text else {
            throw PathError("the argument of \(function.rawValue)() is a text", column: column)
        }
        return text
    }
}

extension String {
    /// How many characters stand before the first occurrence of `part`.
    fileprivate func position(of part: String) -> Int? {
        if part.isEmpty { return 0 }
        return firstRange(of: part).map { distance(from: startIndex, to: $0.lowerBound) }
    }
}
