public import FHIR

/// One item of a FHIRPath collection.
public enum PathValue: Sendable, Hashable {
    /// A truth value computed or written in the expression.
    case boolean(Bool)
    /// A whole number.
    case integer(Int)
    /// A number with a fraction.
    case decimal(PathDecimal)
    /// A text.
    case string(String)
    /// A date, date and time, or time of day.
    case moment(PathMoment)
    /// A number with a unit.
    case quantity(PathQuantity)
    /// Something in the resource.
    case element(PathElement)

    /// The value as JSON; nil for an element that has only extensions.
    public var json: JSONValue? {
        switch self {
        case .boolean(let value): .bool(value)
        case .integer(let value): .number(JSONNumber(value))
        case .decimal(let value): JSONNumber("\(value)").map(JSONValue.number)
        case .string(let value): .string(value)
        case .moment(let value): .string(value.text)
        case .quantity(let value): value.json
        case .element(let element): element.json == .null ? .none : element.json
        }
    }

    /// The value as one of FHIRPath's own types; nil for a structure or an element without a value.
    var scalar: PathValue? {
        guard case .element(let element) = self else { return self }
        switch element.json {
        case .bool(let value):
            return .boolean(value)
        case .number(let number):
            if let int = number.int { return .integer(int) }
            return PathDecimal(number.text).map(PathValue.decimal)
        case .string(let text):
            if element.known != .unknown, FHIRTypes.moments.contains(element.known.name),
                let moment = PathMoment(element.known.name == "time" ? "T" + text : text)
            {
                return .moment(moment)
            }
            return .string(text)
        case .object:
            return PathQuantity(element).map(PathValue.quantity)
        case .null, .array:
            return nil
        }
    }

    /// The text, when the value is one.
    var text: String? {
        switch self {
        case .string(let text): text
        case .element(let element): element.json.string
        default: nil
        }
    }

    /// The whole number, when the value is one.
    var integer: Int? {
        if case .integer(let value)? = scalar { value } else { nil }
    }
}
