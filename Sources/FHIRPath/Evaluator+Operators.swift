extension Evaluator {
    /// The operators that yield a truth value.
    mutating func decide(
        _ which: PathOperator, _ left: PathNode, _ right: PathNode, _ column: Int, _ scope: Scope
    ) throws(PathError) -> Bool? {
        switch which {
        case .and:
            let one = try truth(left, scope)
            if one == false { return false }
            let two = try truth(right, scope)
            return two == false ? false : (one == nil || two == nil ? nil : true)
        case .or:
            let one = try truth(left, scope)
            if one == true { return true }
            let two = try truth(right, scope)
            return two == true ? true : (one == nil || two == nil ? nil : false)
        case .implies:
            let one = try truth(left, scope)
            if one == false { return true }
            let two = try truth(right, scope)
            return two == true ? true : (one == nil || two == nil ? nil : false)
        case .xor:
            guard let one = try truth(left, scope), let two = try truth(right, scope) else { return nil }
            return one != two
        case .equal, .notEqual:
            let same = try equal(left, right, scope)
            return which == .equal ? same : same.map { !$0 }
        case .equivalent, .notEquivalent:
            let same = try equivalent(left, right, scope)
            return which == .equivalent ? same : !same
        case .membership:
            return try isMember(left, of: right, column, scope)
        case .contains:
            return try isMember(right, of: left, column, scope)
        default:
            return try ordered(which, left, right, column, scope)
        }
    }

    private mutating func equal(
        _ left: PathNode, _ right: PathNode, _ scope: Scope
    ) throws(PathError) -> Bool? {
        if case .path = left, case .constant(let values) = right, values.count == 1 {
            return try equal(pathTo: left, values[0], scope)
        }
        let ones = try evaluate(left, scope)
        if ones.isEmpty { return nil }
        let twos = try evaluate(right, scope)
        if twos.isEmpty { return nil }
        guard ones.count == twos.count else { return false }
        var unknown = false
        for (one, two) in zip(ones, twos) {
            switch try same(one, two) {
            case false?: return false
            case nil: unknown = true
            case true?: continue
            }
        }
        return unknown ? nil : true
    }

    /// The usual case, `status = 'final'`, without making collections.
    private mutating func equal(
        pathTo node: PathNode, _ value: PathValue, _ scope: Scope
    ) throws(PathError) -> Bool? {
        switch try only(node, scope) {
        case .none: return nil
        case .several: return false
        case .one(let element): return try same(.element(element), value)
        }
    }

    private mutating func equivalent(
        _ left: PathNode, _ right: PathNode, _ scope: Scope
    ) throws(PathError) -> Bool {
        let ones = try evaluate(left, scope)
        var twos = try evaluate(right, scope)
        guard ones.count == twos.count else { return false }
        for one in ones {
            try spend(twos.count)
            var match: Int?
            for (place, two) in twos.enumerated() where try alike(one, two) {
                match = place
                break
            }
            guard let match else { return false }
            twos.remove(at: match)
        }
        return true
    }

    private mutating func isMember(
        _ item: PathNode, of collection: PathNode, _ column: Int, _ scope: Scope
    ) throws(PathError) -> Bool? {
        guard let value = try single(item, column, scope) else { return nil }
        if case .constant(let values) = collection { return values.contains { value.equals($0) == true } }
        let values = try evaluate(collection, scope)
        try spend(values.count)
        return try has(value, in: values)
    }

    private mutating func ordered(
        _ which: PathOperator, _ left: PathNode, _ right: PathNode, _ column: Int, _ scope: Scope
    ) throws(PathError) -> Bool? {
        guard let one = try single(left, column, scope), let two = try single(right, column, scope) else { return nil }
        guard one.isComparable(with: two) else {
            throw PathError("these two cannot be put in an order", column: column)
        }
        guard let order = one.compare(two) else { return nil }
        switch which {
        case .less: return order == .less
        case .lessOrEqual: return order != .greater
        case .greater: return order == .greater
        default: return order != .less
        }
    }

    /// The operators that yield a collection.
    mutating func combine(
        _ which: PathOperator, _ left: PathNode, _ right: PathNode, _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        switch which {
        case .union:
            return try distinct(try evaluate(left, scope) + evaluate(right, scope))
        case .concatenate:
            let one = try single(left, column, scope)
            let two = try single(right, column, scope)
            return [try made(part(one) + part(two), column)]
        default:
            guard let one = try single(left, column, scope)?.scalar, let two = try single(right, column, scope)?.scalar
            else { return [] }
            return try calculate(which, one, two, column).map { [$0] } ?? []
        }
    }

    /// What `&` joins: a text, and nothing for nothing.
    private func part(_ value: PathValue?) -> String {
        guard let value else { return "" }
        if let text = value.text { return text }
        switch value.scalar {
        case nil: return ""
        case let scalar?: return scalar.written
        }
    }

    /// A number with its sign reversed.
    mutating func negated(_ node: PathNode, _ column: Int, _ scope: Scope) throws(PathError) -> [PathValue] {
        switch try single(node, column, scope)?.scalar {
        case nil: return []
        case .integer(let value)? where value != .min: return [.integer(-value)]
        case .decimal(let value)?: return value.negated.map { [.decimal($0)] } ?? []
        case .quantity(let value)?:
            return value.value.negated.map { [.quantity(PathQuantity(value: $0, unit: value.unit))] } ?? []
        default: throw PathError("only a number can be negative", column: column)
        }
    }
}
