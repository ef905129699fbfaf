extension Evaluator {
    /// `intersect(other)`, each item once, and `exclude(other)`.
    mutating func compared(
        _ function: PathFunction, _ input: [PathValue], _ argument: PathNode, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        let others = try evaluate(argument, scope)
        try spend(input.count * others.count / 8)
        let kept = input.filter { value in others.contains { value.equals($0) == true } == (function == .intersect) }
        return function == .intersect ? try distinct(kept) : kept
    }

    /// Whether each of `values` is among `others`.
    mutating func isSubset(_ values: [PathValue], _ others: [PathValue]) throws(PathError) -> Bool {
        try spend(values.count * others.count / 8)
        return values.allSatisfy { value in others.contains { value.equals($0) == true } }
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
