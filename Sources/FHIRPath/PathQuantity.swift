import FHIR
public import FoundationEssentials

/// A number with a unit, written `4.5 'mg'` or `3 days`.
public struct PathQuantity: Sendable, Hashable {
    /// The number.
    public let value: Decimal
    /// The UCUM code, or the singular calendar word.
    public let unit: String

    init(value: Decimal, unit: String) {
        self.value = value
        self.unit = Self.singular[unit] ?? unit
    }

    /// Reads an R4 Quantity, by its code and else by its unit's name.
    init?(_ element: PathElement) {
        guard let number = element.json["value"]?.number?.decimal, element.json["comparator"] == nil,
            let unit = element.json["code"]?.string ?? element.json["unit"]?.string
        else { return nil }
        value = number
        self.unit = unit
    }

    var json: JSONValue? {
        guard let number = JSONNumber("\(value)") else { return nil }
        let code = Self.calendar[unit] ?? unit
        return .object([
            "value": .number(number), "unit": .string(unit), "system": "http://unitsofmeasure.org",
            "code": .string(code),
        ])
    }

    /// Whether both count the same thing, so that the numbers may be compared.
    func sharesUnit(with other: PathQuantity) -> Bool {
        (Self.calendar[unit] ?? unit) == (Self.calendar[other.unit] ?? other.unit)
    }

    /// Calendar words and the UCUM codes that stand for the same length.
    static let calendar = [
        "year": "a", "month": "mo", "week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s",
        "millisecond": "ms",
    ]
    private static let singular = Dictionary(uniqueKeysWithValues: calendar.keys.map { ($0 + "s", $0) })

    /// Whether `word` may follow a number as a unit.
    static func isCalendarWord(_ word: String) -> Bool {
        calendar[word] != nil || singular[word] != nil
    }
}
