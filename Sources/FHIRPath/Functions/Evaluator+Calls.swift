extension Evaluator {
    /// The functions that yield a collection.
    mutating func call(
        _ function: PathFunction, _ focus: PathNode, _ arguments: [PathNode], _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        switch function {
        case .iif: return try conditional(focus, arguments, scope)
        case .coalesce: return try firstFilled(arguments, scope)
        case .count: return [.integer(try evaluate(focus, scope).count)]
        default: break
        }
        let input = try evaluate(focus, scope)
        switch function {
        case .where, .select: return try project(function, input, arguments[0])
        case .first, .last, .tail, .skip, .take, .single:
            return try subset(function, input, arguments.first, column, scope)
        case .union, .combine, .distinct: return try merge(function, input, arguments.first, scope)
        case .upper, .lower, .length, .substring, .indexOf, .replace:
            return try textual(function, input, arguments, column, scope)
        case .toString, .toInteger: return try converted(function, input, column)
        case .children, .descendants, .extension, .resolve:
            return try related(function, input, arguments.first, column, scope)
        default: return input  // trace() shows nothing here: a value must never reach a log.
        }
    }

    /// The functions that yield a truth value.
    mutating func test(
        _ function: PathFunction, _ focus: PathNode, _ arguments: [PathNode], _ column: Int, _ scope: Scope
    ) throws(PathError) -> Bool? {
        switch function {
        case .exists:
            guard let criterion = arguments.first else { return try reaches(focus, scope) }
            return try anySatisfies(try evaluate(focus, scope), criterion)
        case .empty: return try !reaches(focus, scope)
        case .all: return try allSatisfy(try evaluate(focus, scope), arguments[0])
        case .not: return try truth(focus, scope).map { !$0 }
        case .hasValue: return try hasValue(try evaluate(focus, scope))
        case .isDistinct:
            let values = try evaluate(focus, scope)
            return try distinct(values).count == values.count
        default: return try comparesTexts(function, try evaluate(focus, scope), arguments[0], column, scope)
        }
    }
}
