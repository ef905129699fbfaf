extension Evaluator {
    /// `repeat(projection)`: the results of the projection, of the projection on those results, and so on, each item
    /// once.
    mutating func repeated(_ input: [PathValue], _ argument: PathNode) throws(PathError) -> [PathValue] {
        var output: [PathValue] = []
        var open = input
        while !open.isEmpty {
            var found: [PathValue] = []
            for (index, value) in open.enumerated() {
                found += try held(try evaluate(argument, Scope(this: value, index: index)))
            }
            open = []
            for value in found {
                try spend(output.count / 8 + 1)
                guard try !has(value, in: output) else { continue }
                output.append(value)
                open.append(value)
            }
        }
        return output
    }

    /// `aggregate(expression, start)`: `$total` is the result of the previous round.
    mutating func aggregated(
        _ input: [PathValue], _ arguments: [PathNode], _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        let outer = total
        defer { total = outer }
        var result = arguments.count > 1 ? try evaluate(arguments[1], scope) : []
        for (index, value) in input.enumerated() {
            total = result
            result = try evaluate(arguments[0], Scope(this: value, index: index))
        }
        return result
    }

    /// `sort(key, -key)`: by the keys in turn, or without keys by the items themselves; an empty key comes first.
    mutating func sorted(
        _ input: [PathValue], _ keys: [PathNode], _ column: Int
    ) throws(PathError) -> [PathValue] {
        var rows: [(value: PathValue, keys: [PathValue?])] = []
        for (index, value) in input.enumerated() {
            var found: [PathValue?] = []
            for key in keys.isEmpty ? [.this] : keys {
                found.append(try single(key, column, Scope(this: value, index: index)))
            }
            rows.append((value, found))
        }
        try spend(rows.count * keys.count)
        for place in rows.first?.keys.indices ?? 0..<0 {
            let known = rows.compactMap { $0.keys[place] }
            guard let first = known.first else { continue }
            for key in known where !first.isComparable(with: key) {
                throw PathError("these cannot be put in an order", column: column)
            }
        }
        let descending = keys.map { if case .descending = $0 { true } else { false } }
        return rows.sorted { left, right in
            for place in left.keys.indices {
                let isDown = place < descending.count && descending[place]
                switch (left.keys[place], right.keys[place]) {
                case (nil, nil): continue
                case (nil, _): return true
                case (_, nil): return false
                case (let one?, let two?):
                    guard let order = one.compare(two), order != .equal else { continue }
                    return (order == .less) != isDown
                }
            }
            return false
        }.map(\.value)
    }
}
