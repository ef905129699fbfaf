import FHIR

extension Evaluator {
    /// The functions on one text.
    mutating func textual(
        _ function: PathFunction, _ input: [PathValue], _ arguments: [PathNode], _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        guard let text = try onlyText(input, function, column) else { return [] }
        switch function {
        case .upper: return [try made(text.uppercased(), column)]
        case .lower: return [try made(text.lowercased(), column)]
        case .trim: return [try made(text.trimmed, column)]
        case .toChars:
            try spend(text.count)
            return text.map { .string(String($0)) }
        case .split:
            guard let separator = try argument(arguments[0], function, column, scope) else { return [] }
            return try parts(of: text, separator, column)
        case .length: return [.integer(text.count)]
        case .substring: return try substring(of: text, arguments, column, scope)
        case .indexOf:
            guard let part = try argument(arguments[0], function, column, scope) else { return [] }
            return [.integer(text.position(of: part) ?? -1)]
        case .lastIndexOf:
            guard let part = try argument(arguments[0], function, column, scope) else { return [] }
            try spend(text.utf8.count * part.utf8.count / 64)
            return [.integer(text.lastPosition(of: part) ?? -1)]
        default:
            guard let pattern = try argument(arguments[0], function, column, scope),
                let substitute = try argument(arguments[1], function, column, scope)
            else { return [] }
            return [try made(try replaced(text, pattern, substitute), column)]
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

    /// `split(separator)`: one text for each part, including empty ones.
    private mutating func parts(
        of text: String, _ separator: String, _ column: Int
    ) throws(PathError) -> [PathValue] {
        guard !separator.isEmpty else { return try textual(.toChars, [.string(text)], [], column, start) }
        try spend(text.utf8.count / 16)
        return text.split(separator: separator, omittingEmptySubsequences: false).map { .string(String($0)) }
    }

    /// `join(separator)` of many texts.
    mutating func joined(
        _ input: [PathValue], _ node: PathNode?, _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        let separator = try node.map { node throws(PathError) in try argument(node, .join, column, scope) ?? "" } ?? ""
        guard !input.isEmpty else { return [] }
        var output = ""
        for (index, value) in input.enumerated() {
            guard let text = value.text else {
                if case .element(let element) = value, element.json == .null { continue }
                throw PathError("join() takes texts", column: column)
            }
            if index > 0 { output += separator }
            output += text
            guard output.utf8.count <= environment.textLimit else { break }
        }
        return [try made(output, column)]
    }

    private mutating func substring(
        of text: String, _ arguments: [PathNode], _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        guard let start = try single(arguments[0], column, scope)?.integer, start >= 0 else { return [] }
        try spend(text.utf8.count / 64)
        guard start < text.count else { return [] }
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

    func onlyText(
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

    mutating func argument(
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
    /// How many characters come before the first occurrence of `part`.
    fileprivate func position(of part: String) -> Int? {
        if part.isEmpty { return 0 }
        return firstRange(of: part).map { distance(from: startIndex, to: $0.lowerBound) }
    }

    fileprivate func lastPosition(of part: String) -> Int? {
        if part.isEmpty { return count }
        var end = endIndex
        while true {
            if self[..<end].hasSuffix(part) { return distance(from: startIndex, to: end) - part.count }
            guard end > startIndex else { return nil }
            end = index(before: end)
        }
    }

    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
