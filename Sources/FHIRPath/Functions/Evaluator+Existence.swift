extension Evaluator {
    mutating func anySatisfies(_ values: [PathValue], _ criterion: PathNode) throws(PathError) -> Bool {
        for (index, value) in values.enumerated()
        where try truth(criterion, Scope(this: value, index: index)) == true { return true }
        return false
    }

    mutating func allSatisfy(_ values: [PathValue], _ criterion: PathNode) throws(PathError) -> Bool {
        for (index, value) in values.enumerated()
        where try truth(criterion, Scope(this: value, index: index)) != true { return false }
        return true
    }

    /// Whether there is exactly one item and it has a value, not only extensions.
    func hasValue(_ values: [PathValue]) throws(PathError) -> Bool {
        values.count == 1 && values[0].scalar != nil
    }
}
