/// National Provider Identifiers (45 CFR 162.406): nine digits and the check digit of ISO/IEC 7812 over the prefix
/// 80840.
public enum NPI {
    /// The identifier system of NPIs.
    public static let system = "http://hl7.org/fhir/sid/us-npi"

    /// Whether `text` is ten digits that begin with 1 or 2 and end with the right check digit.
    public static func isValid(_ text: String) -> Bool {
        let digits = Array(text.utf8)
        guard digits.count == 10, digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            digits[0] == UInt8(ascii: "1") || digits[0] == UInt8(ascii: "2")
        else { return false }
        return Int(digits[9] - UInt8(ascii: "0")) == checkDigit(of: digits[..<9])
    }

    /// Appends the check digit to nine digits.
    public static func completing(_ nineDigits: Int) -> String {
        let digits = String(nineDigits)
        return digits + String(checkDigit(of: Array(digits.utf8)[...]))
    }

    private static func checkDigit(of digits: ArraySlice<UInt8>) -> Int {
        // 24 is what the prefix 80840 adds to the sum.
        var sum = 24
        for (position, digit) in digits.reversed().enumerated() {
            let doubled = Int(digit - UInt8(ascii: "0")) * (position.isMultiple(of: 2) ? 2 : 1)
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return (10 - sum % 10) % 10
    }
}
