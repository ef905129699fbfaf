import FoundationEssentials

extension Evaluator {
    /// `toString()` and `toInteger()`, on one value; nothing when the value cannot be converted.
    func converted(
        _ function: PathFunction, _ input: [PathValue], _ column: Int
    ) throws(PathError) -> [PathValue] {
        guard input.count < 2 else {
            throw PathError("\(function.rawValue)() takes one value, not several", column: column)
        }
        guard let value = input.first?.scalar else { return [] }
        if function == .toInteger { return value.asInteger.map { [.integer($0)] } ?? [] }
        return [.string(value.asString)]
    }
}

extension PathValue {
    fileprivate var asInteger: Int? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        case .string(let text): Int(text)
        default: nil
        }
    }

    fileprivate var asString: String {
        switch self {
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .decimal(let value): "\(value)"
        case .string(let text): text
        case .moment(let moment): moment.text
        case .quantity(let quantity): "\(quantity.value) '\(quantity.unit)'"
        case .element: ""
        }
    }
}
