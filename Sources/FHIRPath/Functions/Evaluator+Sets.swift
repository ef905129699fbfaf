extension Evaluator {
    /// `intersect(other)`, each item once, and `exclude(other)`.
    mutating func compared(
        _ function: PathFunction, _ input: [PathValue], _ argument: PathNode, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        let others = try evaluate(argument, scope)
        try spend(input.count * others.count / 8)
        var kept: [PathValue] = []
        for value in input where try has(value, in: others) == (function == .intersect) { kept.append(value) }
        return function == .intersect ? try distinct(kept) : kept
    }

    /// Whether each of `values` is among `others`.
    mutating func isSubset(_ values: [PathValue], _ others: [PathValue]) throws(PathError) -> Bool {
        try spend(values.count * others.count / 8)
        for value in values where try !has(value, in: others) { return false }
        return true
    }

    /// `allTrue`, `anyTrue`, `allFalse` and `anyFalse`.
    func counted(_ function: PathFunction, _ values: [PathValue], _ column: Int) throws(PathError) -> Bool {
        var truths: [Bool] = []
        for value in values {
            guard case .boolean(let truth)? = value.scalar else {
                throw PathError("\(function.rawValue)() takes truth values", column: column)
            }
            truths.append(truth)
        }
        switch function {
        case .allTrue: return !truths.contains(false)
        case .anyTrue: return truths.contains(true)
        case .allFalse: return !truths.contains(true)
        default: return truths.contains(false)
        }
    }
}
