/// The National Provider Identifier of an organization (45 CFR 162.406).
enum NPI {
    /// Whether `text` is ten digits whose Luhn sum, with the prefix 80840 of ISO 7812, comes out right.
    static func isValid(_ text: String) -> Bool {
        let digits = text.utf8.compactMap { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 ? Int($0 - 48) : nil }
        guard digits.count == 10, text.utf8.count == 10, digits[0] == 1 || digits[0] == 2 else { return false }
        // The prefix 80840 adds 24 whatever the number is.
        let sum = digits.reversed().enumerated().reduce(24) { sum, place in
            let doubled = place.element * (place.offset.isMultiple(of: 2) ? 1 : 2)
            return sum + doubled / 10 + doubled % 10
        }
        return sum.isMultiple(of: 10)
    }
}
