public import FoundationEssentials

extension JSONNumber {
    /// The number as a decimal; nil when a decimal cannot hold it exactly (more than 38 digits, a huge exponent).
    public var decimal: Decimal? {
        let parts = text.split { $0 == "e" || $0 == "E" }
        guard let mantissa = parts.first, mantissa.utf8.count <= 40 else { return nil }
        guard mantissa.utf8.count(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) <= 38 else {
            return nil
        }
        if parts.count == 2 {
            guard let exponent = Int(parts[1]), (-80...80).contains(exponent) else { return nil }
        }
        return Decimal(string: text)
    }
}
