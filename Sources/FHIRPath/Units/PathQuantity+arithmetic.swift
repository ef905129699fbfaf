extension PathQuantity {
    /// Which is less; nil when they do not measure the same, or a unit is not in the table.
    func order(_ other: PathQuantity) -> Ordering? {
        if unit == other.unit { return value.order(other.value) }
        guard let (one, two) = brought(other) else { return nil }
        return one.order(two)
    }

    /// Whether the units are known to measure the same.
    func isComparable(with other: PathQuantity) -> Bool {
        if unit == other.unit { return true }
        guard let one = UnitMeasure(unit), let two = UnitMeasure(other.unit) else { return false }
        return one.dimensions == two.dimensions
    }

    /// Whether both are the same at the lesser of their precisions; a calendar year counts as an average one.
    func isEquivalent(to other: PathQuantity) -> Bool {
        let one = PathQuantity(value: value, ucum: unit)
        let two = PathQuantity(value: other.value, ucum: other.unit)
        guard let brought = two.converted(to: one.unit) else { return false }
        let scale = min(one.value.trimmed.scale, brought.trimmed.scale)
        return one.value.rounded(to: scale, .nearest) == brought.rounded(to: scale, .nearest)
    }

    /// The number in another unit; nil when that is not possible.
    func converted(to unit: String) -> PathDecimal? {
        if unit == self.unit { return value }
        guard let mine = UnitMeasure(self.unit), let other = UnitMeasure(unit), mine.dimensions == other.dimensions,
            let top = mine.numerator.multiplied(by: other.denominator).flatMap(value.multiplied),
            let bottom = mine.denominator.multiplied(by: other.numerator)
        else { return nil }
        return top.divided(by: bottom)
    }

    /// Sum or difference, in the unit of the left side.
    func adding(_ other: PathQuantity, isDifference: Bool) -> PathQuantity? {
        guard let number = other.converted(to: unit),
            let result = isDifference ? value.subtracting(number) : value.adding(number)
        else { return nil }
        return PathQuantity(value: result, unit: unit)
    }

    /// Product or quotient, in base units unless one side has no unit or a quotient's units cancel out.
    func multiplied(by other: PathQuantity, isQuotient: Bool) -> PathQuantity? {
        guard let number = isQuotient ? value.divided(by: other.value) : value.multiplied(by: other.value) else {
            return nil
        }
        if other.unit == "1" { return PathQuantity(value: number, unit: unit) }
        if unit == "1", !isQuotient { return PathQuantity(value: number, unit: other.unit) }
        if unit == other.unit, isQuotient { return PathQuantity(value: number, unit: "1") }
        guard let one = UnitMeasure(unit), let two = UnitMeasure(other.unit),
            let measure = one.multiplied(by: two, sign: isQuotient ? -1 : 1),
            let result = number.multiplied(by: measure.numerator)?.divided(by: measure.denominator)
        else { return nil }
        return PathQuantity(value: result, unit: measure.baseCode)
    }

    private init(value: PathDecimal, ucum unit: String) {
        self.init(value: value, unit: Self.calendar[unit] ?? unit)
    }

    /// Both numbers, multiplied so that they count the same unit.
    private func brought(_ other: PathQuantity) -> (PathDecimal, PathDecimal)? {
        guard let mine = UnitMeasure(unit), let theirs = UnitMeasure(other.unit), mine.dimensions == theirs.dimensions,
            let one = mine.numerator.multiplied(by: theirs.denominator).flatMap(value.multiplied),
            let two = theirs.numerator.multiplied(by: mine.denominator).flatMap(other.value.multiplied)
        else { return nil }
        return (one, two)
    }
}
