import FHIR

extension Evaluator {
    /// `lowBoundary`, `highBoundary` and `precision`, on one value.
    mutating func precise(
        _ function: PathFunction, _ input: [PathValue], _ node: PathNode?, _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        guard input.count < 2 else {
            throw PathError("\(function.rawValue)() takes one value, not several", column: column)
        }
        guard let value = input.first?.scalarMoment else { return [] }
        let digits = try node.map { node throws(PathError) in try single(node, column, scope)?.integer } ?? nil
        if function == .precision {
            switch value {
            case .moment(let moment): return [.integer(moment.precision)]
            case .quantity(let quantity): return [.integer(quantity.value.scale)]
            default: return value.decimal.map { [.integer($0.scale)] } ?? []
            }
        }
        let isHigh = function == .highBoundary
        switch value {
        case .moment(let moment):
            return moment.boundary(isHigh: isHigh, digits: digits).map { [.moment($0)] } ?? []
        case .quantity(let quantity):
            return quantity.value.boundary(isHigh: isHigh, digits: digits)
                .map { [.quantity(PathQuantity(value: $0, unit: quantity.unit))] } ?? []
        default:
            guard let decimal = value.decimal else {
                throw PathError("\(function.rawValue)() takes a number, a quantity or a moment", column: column)
            }
            return decimal.boundary(isHigh: isHigh, digits: digits).map { [.decimal($0)] } ?? []
        }
    }

    /// `now`, `today` and `timeOfDay`.
    func clock(_ function: PathFunction, _ column: Int) throws(PathError) -> PathValue {
        guard let now = environment.now, let moment = PathMoment(now.text) else {
            throw PathError("\(function.rawValue)() has no clock here", column: column)
        }
        switch function {
        case .now: return .moment(moment)
        case .today: return .moment(PathMoment(.date, fields: Array(moment.fields.prefix(3))))
        default:
            let hands = Array(moment.fields.dropFirst(3))
            return .moment(PathMoment(.time, fields: hands, fractionDigits: moment.fractionDigits))
        }
    }
}

extension PathValue {
    /// The value, with a text that is a moment read as one; a `dateTime` with only a date is still a `dateTime`.
    fileprivate var scalarMoment: PathValue? {
        var value = scalar
        if case .string(let text)? = value, let moment = PathMoment(text) { value = .moment(moment) }
        guard case .moment(let moment)? = value, moment.kind == .date, case .element(let element) = self,
            element.known.name == "dateTime" || element.known.name == "instant"
        else { return value }
        return .moment(PathMoment(.dateTime, fields: moment.fields))
    }
}

extension PathDecimal {
    /// The least or greatest number that could be meant, with `digits` after the point, 8 when not given.
    fileprivate func boundary(isHigh: Bool, digits: Int?) -> PathDecimal? {
        let digits = digits ?? 8
        guard 0...28 ~= digits else { return nil }
        let half = PathDecimal(significand: 5, scale: scale + 1)
        let edge = isHigh ? adding(half) : subtracting(half)
        return edge?.rounded(to: digits, isHigh ? .up : .down)
    }
}
