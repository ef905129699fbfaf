import FoundationEssentials

#if canImport(Glibc)
import Glibc
#endif

extension Evaluator {
    /// `abs`, `ceiling`, `exp`, `floor`, `ln`, `log`, `power`, `round`, `sqrt` and `truncate`, on one number.
    mutating func numeric(
        _ function: PathFunction, _ input: [PathValue], _ node: PathNode?, _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        guard input.count < 2 else {
            throw PathError("\(function.rawValue)() takes one number, not several", column: column)
        }
        guard let value = input.first?.scalar else { return [] }
        if function == .abs, case .quantity(let quantity) = value {
            let number = quantity.value.isNegative ? quantity.value.negated : quantity.value
            return number.map { [.quantity(PathQuantity(value: $0, unit: quantity.unit))] } ?? []
        }
        guard let number = value.decimal else {
            throw PathError("\(function.rawValue)() takes a number", column: column)
        }
        var operand: PathDecimal?
        if let node {
            guard let given = try single(node, column, scope)?.scalar else { return [] }
            guard let number = given.decimal else {
                throw PathError("the argument of \(function.rawValue)() is a number", column: column)
            }
            operand = number
        }
        if case .integer(let int) = value, let result = whole(function, int, operand) {
            return result.map { [.integer($0)] } ?? []
        }
        return result(function, number, operand).map { [$0] } ?? []
    }

    /// Results that stay whole numbers; nil when the result is not one, an empty result when it does not fit.
    private func whole(_ function: PathFunction, _ int: Int, _ operand: PathDecimal?) -> Int?? {
        switch function {
        case .abs: int == .min ? .some(nil) : abs(int)
        case .ceiling, .floor, .truncate: int
        case .power:
            if let exponent = operand?.trimmed, exponent.scale == 0, !exponent.isNegative {
                .some(PathDecimal(int).power(Int(clamping: exponent.significand))?.whole(.towardsZero))
            } else {
                .none
            }
        default: .none
        }
    }

    private func result(_ function: PathFunction, _ number: PathDecimal, _ operand: PathDecimal?) -> PathValue? {
        switch function {
        case .abs: return (number.isNegative ? number.negated : number).map(PathValue.decimal)
        case .ceiling: return number.whole(.up).map(PathValue.integer)
        case .floor: return number.whole(.down).map(PathValue.integer)
        case .truncate: return number.whole(.towardsZero).map(PathValue.integer)
        case .round:
            guard let digits = operand.map({ $0.whole(.towardsZero) }) ?? 0, digits >= 0 else { return nil }
            return number.rounded(to: min(digits, number.scale), .nearest).map(PathValue.decimal)
        case .power:
            if let exponent = operand?.trimmed, exponent.scale == 0 {
                return number.power(Int(clamping: exponent.significand)).map(PathValue.decimal)
            }
            return operand.flatMap { PathDecimal(pow(number.double, $0.double)) }.map(PathValue.decimal)
        case .exp: return PathDecimal(exp(number.double)).map(PathValue.decimal)
        case .ln: return PathDecimal(log(number.double)).map(PathValue.decimal)
        case .log:
            guard let base = operand?.double, base > 0, base != 1 else { return nil }
            return PathDecimal(log(number.double) / log(base)).map(PathValue.decimal)
        default: return PathDecimal(number.double.squareRoot()).map(PathValue.decimal)
        }
    }
}
