import FHIR

/// A number with a unit, written `4.5 'mg'` or `3 days`.
public struct PathQuantity: Sendable, Hashable {
    /// The number.
    public let value: PathDecimal
    /// The UCUM code, or the singular calendar word.
    public let unit: String

    init(value: PathDecimal, unit: String) {
        self.value = value
        self.unit = Self.singular[unit] ?? unit
    }

    /// Reads an R4 Quantity, by its code or else by its unit's name.
    init?(_ element: PathElement) {
        guard let number = element.json["value"]?.number, let value = PathDecimal(number.text),
            element.json["comparator"] == nil,
            let unit = element.json["code"]?.string ?? element.json["unit"]?.string
        else { return nil }
        self.value = value
        self.unit = unit
    }

    /// Reads `1`, `1 day` and `1 'mg'`; nil for any other text.
    init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard let first = parts.first, let value = PathDecimal(first) else { return nil }
        guard parts.count == 2 else {
            self.init(value: value, unit: "1")
            return
        }
        let unit = parts[1].drop { $0 == " " }
        if Self.isCalendarWord(String(unit)) {
            self.init(value: value, unit: String(unit))
        } else {
            guard unit.count > 2, unit.first == "'", unit.last == "'", !unit.dropFirst().dropLast().contains("'") else {
                return nil
            }
            self.init(value: value, unit: String(unit.dropFirst().dropLast()))
        }
    }

    /// The quantity as FHIRPath writes it.
    var text: String {
        guard Self.calendar[unit] != nil else { return "\(value) '\(unit)'" }
        return "\(value) \(unit)" + (value == PathDecimal(1) ? "" : "s")
    }

    var json: JSONValue? {
        guard let number = JSONNumber("\(value)") else { return nil }
        let code = Self.calendar[unit] ?? unit
        return .object([
            "value": .number(number), "unit": .string(unit), "system": "http://unitsofmeasure.org",
            "code": .string(code),
        ])
    }

    /// Calendar words and the UCUM codes for the same length.
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
