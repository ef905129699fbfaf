/// National Provider Identifiers: nine digits and a Luhn check digit over the prefix 80840.
enum NPI {
    /// The identifier system of NPIs.
    static let system = "http://hl7.org/fhir/sid/us-npi"
    /// Clinic0, the sender of every exchange in the sandbox.
    static let clinic0 = "1234567893"
    /// Med0, the payer.
    static let med0 = "1003000126"

    /// Appends the check digit to nine digits.
    static func completing(_ nineDigits: Int) -> String {
        let digits = String(nineDigits)
        return digits + String(checkDigit(of: digits))
    }

    private static func checkDigit(of digits: String) -> Int {
        // 24 is what the prefix 80840 adds to the sum.
        var sum = 24
        for (position, digit) in digits.utf8.reversed().enumerated() {
            let doubled = Int(digit - 48) * (position.isMultiple(of: 2) ? 2 : 1)
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return (10 - sum % 10) % 10
    }
}
