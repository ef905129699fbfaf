extension Evaluator {
    /// `toX()` and `convertsToX()`, on one value; `toX()` yields nothing when the value cannot be converted.
    mutating func converted(
        _ function: PathFunction, _ input: [PathValue], _ node: PathNode?, _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        guard input.count < 2 else {
            throw PathError("\(function.rawValue)() takes one value, not several", column: column)
        }
        let unit = try node.map { node throws(PathError) in try argument(node, function, column, scope) } ?? nil
        guard let value = input.first else { return [] }
        let result = value.scalar.flatMap { $0.converted(by: function.conversion ?? function, unit: unit) }
        if function.conversion != nil { return [.boolean(result != nil)] }
        return result.map { [$0] } ?? []
    }
}

extension PathValue {
    /// The value as FHIRPath writes it, without quotes and without `@`.
    var written: String {
        switch self {
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .decimal(let value): value.description
        case .string(let text): text
        case .moment(let moment): moment.kind == .time ? String(moment.text.drop { $0 == "T" }) : moment.text
        case .quantity(let quantity): quantity.text
        case .element: ""
        }
    }

    fileprivate func converted(by function: PathFunction, unit: String?) -> PathValue? {
        switch function {
        case .toString: return .string(written)
        case .toInteger: return asInteger.map(PathValue.integer)
        case .toBoolean: return asBoolean.map(PathValue.boolean)
        case .toDecimal: return asDecimal.map(PathValue.decimal)
        case .toQuantity:
            guard let quantity = asQuantity else { return nil }
            guard let unit else { return .quantity(quantity) }
            return quantity.converted(to: unit).map { .quantity(PathQuantity(value: $0, unit: unit)) }
        case .toDate: return asMoment(.date).map(PathValue.moment)
        case .toDateTime: return asMoment(.dateTime).map(PathValue.moment)
        default: return asMoment(.time).map(PathValue.moment)
        }
    }

    private var asInteger: Int? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        case .string(let text): Int(text)
        default: nil
        }
    }

    private var asBoolean: Bool? {
        switch self {
        case .boolean(let value): return value
        case .integer(let value): return value == 1 ? true : (value == 0 ? false : nil)
        case .decimal(let value): return value == PathDecimal(1) ? true : (value.isZero ? false : nil)
        case .string(let text):
            switch text.lowercased() {
            case "true", "t", "yes", "y", "1", "1.0": return true
            case "false", "f", "no", "n", "0", "0.0": return false
            default: return nil
            }
        default: return nil
        }
    }

    private var asDecimal: PathDecimal? {
        switch self {
        case .boolean(let value): PathDecimal(value ? 1 : 0)
        case .string(let text): text.utf8.contains { $0 == 0x65 || $0 == 0x45 } ? nil : PathDecimal(text)
        default: decimal
        }
    }

    private var asQuantity: PathQuantity? {
        switch self {
        case .quantity(let quantity): quantity
        case .string(let text): PathQuantity(text: text)
        default: asDecimal.map { PathQuantity(value: $0, unit: "1") }
        }
    }

    /// The value as a moment of the given kind: a date and time contains a date, a date is a less precise date and
    /// time.
    private func asMoment(_ kind: PathMoment.Kind) -> PathMoment? {
        let moment: PathMoment?
        switch self {
        case .moment(let known): moment = known
        case .string(let text):
            moment = kind == .time ? PathMoment(text.hasPrefix("T") ? text : "T" + text) : PathMoment(text)
        default: moment = nil
        }
        guard let moment, (moment.kind == .time) == (kind == .time) else { return nil }
        if moment.kind == kind { return moment }
        return kind == .date
            ? PathMoment(.date, fields: Array(moment.fields.prefix(3))) : PathMoment(.dateTime, fields: moment.fields)
    }
}
