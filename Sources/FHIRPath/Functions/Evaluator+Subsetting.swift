extension Evaluator {
    mutating func subset(
        _ function: PathFunction, _ input: [PathValue], _ argument: PathNode?, _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        switch function {
        case .first: return Array(input.prefix(1))
        case .last: return Array(input.suffix(1))
        case .tail: return Array(input.dropFirst())
        case .single:
            guard input.count < 2 else { throw PathError("single() met several items", column: column) }
            return input
        default:
            guard let argument, let number = try single(argument, column, scope)?.integer else {
                throw PathError("\(function.rawValue)() needs a whole number", column: column)
            }
            let count = max(0, number)
            return function == .skip ? Array(input.dropFirst(count)) : Array(input.prefix(count))
        }
    }

    /// `distinct()`, `union(other)` and `combine(other)`.
    mutating func merge(
        _ function: PathFunction, _ input: [PathValue], _ argument: PathNode?, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        var all = input
        if let argument { all += try evaluate(argument, scope) }
        // Inside aggregate() a collection may double with every round.
        try spend(all.count / 8)
        return function == .combine ? all : try distinct(all)
    }
}
