extension Evaluator {
    /// The functions that yield a collection.
    mutating func call(
        _ function: PathFunction, _ focus: PathNode, _ arguments: [PathNode], _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        switch function {
        case .iif: return try conditional(focus, arguments, column, scope)
        case .coalesce: return try firstFilled(arguments, scope)
        case .count: return [.integer(try evaluate(focus, scope).count)]
        case .now, .today, .timeOfDay: return [try clock(function, column)]
        default: break
        }
        let input = try evaluate(focus, scope)
        switch function {
        case .where, .select: return try project(function, input, arguments[0])
        case .repeat: return try repeated(input, arguments[0])
        case .aggregate: return try aggregated(input, arguments, scope)
        case .sort: return try sorted(input, arguments, column)
        case .first, .last, .tail, .skip, .take, .single:
            return try subset(function, input, arguments.first, column, scope)
        case .union, .combine, .distinct: return try merge(function, input, arguments.first, scope)
        case .intersect, .exclude: return try compared(function, input, arguments[0], scope)
        case .upper, .lower, .length, .substring, .indexOf, .lastIndexOf, .replace, .toChars, .trim, .split:
            return try textual(function, input, arguments, column, scope)
        case .replaceMatches: return try replacedMatches(input, arguments, column, scope)
        case .join: return try joined(input, arguments.first, column, scope)
        case .encode, .decode, .escape, .unescape: return try recoded(function, input, arguments[0], column, scope)
        case .abs, .ceiling, .exp, .floor, .ln, .log, .power, .round, .sqrt, .truncate:
            return try numeric(function, input, arguments.first, column, scope)
        case .lowBoundary, .highBoundary, .precision:
            return try precise(function, input, arguments.first, column, scope)
        case .children, .descendants, .extension, .resolve:
            return try related(function, input, arguments.first, column, scope)
        case .type: return input.map { .element(PathElement($0.typeInfo)) }
        case .getValue:
            guard input.count < 2 else { throw PathError("getValue() takes one value, not several", column: column) }
            return input.first?.scalar.map { [$0] } ?? []
        case .trace: return input  // It shows nothing here: a value must never reach a log.
        default: return try converted(function, input, arguments.first, column, scope)
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
        case .allTrue, .anyTrue, .allFalse, .anyFalse: return try counted(function, try evaluate(focus, scope), column)
        case .subsetOf: return try isSubset(try evaluate(focus, scope), try evaluate(arguments[0], scope))
        case .supersetOf:
            let input = try evaluate(focus, scope)
            return try isSubset(try evaluate(arguments[0], scope), input)
        case .matches, .matchesFull:
            return try matches(function, try evaluate(focus, scope), arguments[0], column, scope)
        case .comparable:
            guard case .quantity(let one)? = try single(focus, column, scope)?.scalar,
                case .quantity(let two)? = try single(arguments[0], column, scope)?.scalar
            else { return nil }
            return one.isComparable(with: two)
        case .conformsTo, .memberOf, .htmlChecks:
            return try checked(function, try evaluate(focus, scope), arguments.first, column, scope)
        default: return try comparesTexts(function, try evaluate(focus, scope), arguments[0], column, scope)
        }
    }
}
