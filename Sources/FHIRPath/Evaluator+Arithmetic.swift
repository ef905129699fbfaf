extension Evaluator {
    /// `+ - * / div mod` on two values; nil when the result does not exist or has too many digits.
    mutating func calculate(
        _ which: PathOperator, _ left: PathValue, _ right: PathValue, _ column: Int
    ) throws(PathError) -> PathValue? {
        switch (left, right) {
        case (.string(let one), .string(let two)) where which == .plus: return try made(one + two, column)
        case (.integer(let one), .integer(let two)) where which != .dividedBy:
            return whole(which, one, two).map(PathValue.integer)
        case (.moment(let moment), .quantity(let quantity)) where which == .plus || which == .minus:
            return try moved(moment, quantity, which, column)
        case (.string(let text), .quantity(let quantity)) where which == .plus || which == .minus:
            guard let moment = PathMoment(text) else { break }
            return try moved(moment, quantity, which, column)
        case (.quantity(let one), .quantity(let two)): return try measured(which, one, two, column)
        case (.quantity(let one), let two) where which == .times || which == .dividedBy:
            guard let number = two.decimal else { break }
            return try measured(which, one, PathQuantity(value: number, unit: "1"), column)
        case (let one, .quantity(let two)) where which == .times || which == .dividedBy:
            guard let number = one.decimal else { break }
            return try measured(which, PathQuantity(value: number, unit: "1"), two, column)
        default: break
        }
        guard let one = left.decimal, let two = right.decimal else {
            throw PathError("'\(which.rawValue)' needs two numbers", column: column)
        }
        return fractional(which, one, two)
    }

    /// Whole numbers; nil when the result is not one or does not fit.
    private func whole(_ which: PathOperator, _ one: Int, _ two: Int) -> Int? {
        let result: (partialValue: Int, overflow: Bool)
        switch which {
        case .plus: result = one.addingReportingOverflow(two)
        case .minus: result = one.subtractingReportingOverflow(two)
        case .times: result = one.multipliedReportingOverflow(by: two)
        case .quotient: result = one.dividedReportingOverflow(by: two)
        default: result = one.remainderReportingOverflow(dividingBy: two)
        }
        return result.overflow ? nil : result.partialValue
    }

    private func fractional(_ which: PathOperator, _ one: PathDecimal, _ two: PathDecimal) -> PathValue? {
        switch which {
        case .plus: return one.adding(two).map(PathValue.decimal)
        case .minus: return one.subtracting(two).map(PathValue.decimal)
        case .times: return one.multiplied(by: two).map(PathValue.decimal)
        case .dividedBy: return one.divided(by: two).map(PathValue.decimal)
        case .quotient: return one.quotient(two)?.whole(.towardsZero).map(PathValue.integer)
        default: return one.remainder(two).map(PathValue.decimal)
        }
    }

    private func measured(
        _ which: PathOperator, _ one: PathQuantity, _ two: PathQuantity, _ column: Int
    ) throws(PathError) -> PathValue? {
        let result: PathQuantity?
        switch which {
        case .plus: result = one.adding(two, isDifference: false)
        case .minus: result = one.adding(two, isDifference: true)
        case .times: result = one.multiplied(by: two, isQuotient: false)
        case .dividedBy: result = one.multiplied(by: two, isQuotient: true)
        default: throw PathError("'\(which.rawValue)' is not defined for quantities", column: column)
        }
        return result.map(PathValue.quantity)
    }

    private func moved(
        _ moment: PathMoment, _ quantity: PathQuantity, _ which: PathOperator, _ column: Int
    ) throws(PathError) -> PathValue? {
        guard let span = PathMoment.Span(quantity.unit) else {
            throw PathError("only a calendar's units can be added to a date: years, months, days", column: column)
        }
        guard let amount = which == .minus ? quantity.value.negated : quantity.value else { return nil }
        return moment.adding(amount, span).map(PathValue.moment)
    }
}
