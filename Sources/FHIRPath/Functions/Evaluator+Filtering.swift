extension Evaluator {
    mutating func project(
        _ function: PathFunction, _ input: [PathValue], _ argument: PathNode
    ) throws(PathError) -> [PathValue] {
        var output: [PathValue] = []
        for (index, value) in input.enumerated() {
            let scope = Scope(this: value, index: index)
            if function == .select {
                output += try held(try evaluate(argument, scope))
            } else if try truth(argument, scope) == true {
                output.append(value)
            }
        }
        return output
    }

    /// `iif(criterion, then, else)`: only the branch taken is evaluated.
    mutating func conditional(
        _ focus: PathNode, _ arguments: [PathNode], _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        let input = try evaluate(focus, scope)
        guard input.count < 2 else { throw PathError("iif() takes one item, not several", column: column) }
        // An empty input is tested as empty: `x.iif(empty(), true, …)`, as R4's own invariants do.
        let inner = Scope(this: input.first, index: scope.index)
        if try truth(arguments[0], inner) == true { return try evaluate(arguments[1], inner) }
        return arguments.count > 2 ? try evaluate(arguments[2], inner) : []
    }

    /// `coalesce(a, b, …)`: the first argument that yields anything.
    mutating func firstFilled(_ arguments: [PathNode], _ scope: Scope) throws(PathError) -> [PathValue] {
        for argument in arguments {
            let values = try evaluate(argument, scope)
            if !values.isEmpty { return values }
        }
        return []
    }
}
