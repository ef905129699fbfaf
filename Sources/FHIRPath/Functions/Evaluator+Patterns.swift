extension Evaluator {
    /// `matches`: anywhere in the text; `matchesFull`: the whole text.
    mutating func matches(
        _ function: PathFunction, _ input: [PathValue], _ node: PathNode, _ column: Int, _ scope: Scope
    ) throws(PathError) -> Bool? {
        guard let text = try onlyText(input, function, column), let pattern = try pattern(node, function, column, scope)
        else { return nil }
        var machine = PatternMachine(pattern, text, costLimit: stepsLeft * 32)
        let isWhole = function == .matchesFull
        let found = machine.match(from: 0, isWhole: isWhole, anywhere: !isWhole) != nil
        try charge(machine, column)
        return found
    }

    /// `replaceMatches(pattern, substitute)`, where `$1` stands for the first group's match.
    mutating func replacedMatches(
        _ input: [PathValue], _ arguments: [PathNode], _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        guard let text = try onlyText(input, .replaceMatches, column),
            let pattern = try pattern(arguments[0], .replaceMatches, column, scope),
            let substitute = try argument(arguments[1], .replaceMatches, column, scope)
        else { return [] }
        if pattern.text.isEmpty { return [.string(text)] }
        var machine = PatternMachine(pattern, text, costLimit: stepsLeft * 32, keepsGroups: true)
        var output = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        let parts = Array(substitute.unicodeScalars)
        var position = 0
        while position <= scalars.count, let groups = machine.match(from: position) {
            output.append(contentsOf: scalars[position..<groups[0]])
            Self.append(parts, groups, scalars, to: &output)
            position = groups[1]
            if groups[0] == groups[1] {
                if position < scalars.count { output.append(scalars[position]) }
                position += 1
            }
            guard output.count <= environment.textLimit else { break }
        }
        if position < scalars.count { output.append(contentsOf: scalars[position...]) }
        try charge(machine, column)
        return [try made(String(output), column)]
    }

    private static func append(
        _ parts: [Unicode.Scalar], _ groups: [Int], _ text: [Unicode.Scalar], to output: inout String.UnicodeScalarView
    ) {
        var index = 0
        while index < parts.count {
            if parts[index] == "$", index + 1 < parts.count, ("0"..."9").contains(parts[index + 1]) {
                let group = Int(parts[index + 1].value - 48)
                if groups[group * 2] >= 0, groups[group * 2 + 1] >= groups[group * 2] {
                    output.append(contentsOf: text[groups[group * 2]..<groups[group * 2 + 1]])
                }
                index += 2
            } else {
                output.append(parts[index])
                index += 1
            }
        }
    }

    private mutating func pattern(
        _ node: PathNode, _ function: PathFunction, _ column: Int, _ scope: Scope
    ) throws(PathError) -> TextPattern? {
        if case .pattern(let pattern) = node { return pattern }
        guard let text = try argument(node, function, column, scope) else { return nil }
        let pattern = try TextPattern(text, column: column)
        try spend(16 + pattern.steps.count / 8)
        return pattern
    }

    private mutating func charge(_ machine: PatternMachine, _ column: Int) throws(PathError) {
        try spend(machine.cost / 32)
        guard !machine.isExhausted else {
            throw PathError("the pattern needs too many steps on this text", column: column)
        }
    }
}
