/// The size of a unit: a ratio of exact numbers times base units, so that minutes divide as exactly as hours multiply.
struct UnitMeasure: Sendable, Hashable {
    var numerator = PathDecimal(1)
    var denominator = PathDecimal(1)
    /// Exponents of the base units; none is zero.
    var dimensions: [String: Int] = [:]

    /// A number without a unit.
    init() {}

    /// Reads a UCUM code with units of the table, such as `mg/dL`, `10*3/uL` or `m2`; nil when a part is not in it.
    init?(_ code: String) {
        guard code.utf8.count <= 64 else { return nil }
        var sign = 1
        var part = ""
        var (brackets, braces) = (0, 0)
        for character in code {
            switch character {
            case "{": braces += 1
            case "}": braces -= 1
            case _ where braces > 0: continue
            case "[", "]":
                brackets += character == "[" ? 1 : -1
                part.append(character)
            case "." where brackets == 0, "/" where brackets == 0:
                guard part.isEmpty || multiply(part, sign) else { return nil }
                part = ""
                if character == "/" { sign = -1 } else { sign = 1 }
            default: part.append(character)
            }
        }
        guard braces == 0, brackets == 0, part.isEmpty || multiply(part, sign), !code.isEmpty else { return nil }
    }

    /// The product of the two, or their quotient when `sign` is negative; nil when numbers get too large.
    func multiplied(by other: UnitMeasure, sign: Int = 1) -> UnitMeasure? {
        var result = self
        let (up, down) = sign > 0 ? (other.numerator, other.denominator) : (other.denominator, other.numerator)
        guard let top = numerator.multiplied(by: up), let bottom = denominator.multiplied(by: down) else { return nil }
        (result.numerator, result.denominator) = (top, bottom)
        for (unit, exponent) in other.dimensions {
            let sum = result.dimensions[unit, default: 0] + exponent * sign
            result.dimensions[unit] = sum == 0 ? nil : sum
        }
        return result
    }

    /// The base units as a UCUM code: `g.m-1`, or `1` when there are none.
    var baseCode: String {
        let parts = dimensions.sorted { $0.key < $1.key }.map { $0.value == 1 ? $0.key : $0.key + "\($0.value)" }
        return parts.isEmpty ? "1" : parts.joined(separator: ".")
    }

    private mutating func multiply(_ part: String, _ sign: Int) -> Bool {
        var digits = part.endIndex
        while digits > part.startIndex, part[part.index(before: digits)].isASCIIDigit {
            digits = part.index(before: digits)
        }
        if digits > part.startIndex, digits < part.endIndex, "+-".contains(part[part.index(before: digits)]) {
            digits = part.index(before: digits)
        }
        if UnitTable.plain[part] != nil || digits == part.startIndex { digits = part.endIndex }
        guard let exponent = digits == part.endIndex ? 1 : Int(part[digits...]), exponent.magnitude <= 30,
            let unit = Self.single(String(part[..<digits]))
        else { return false }
        for _ in 0..<abs(exponent) {
            guard let next = multiplied(by: unit, sign: exponent < 0 ? -sign : sign) else { return false }
            self = next
        }
        return true
    }

    /// A unit of the table with or without a prefix, or a whole number.
    private static func single(_ name: String) -> UnitMeasure? {
        if let found = UnitTable.plain[name] ?? UnitTable.metric[name] { return UnitMeasure(found, exponent: 0) }
        for length in [1, 2] where name.count > length {
            if let exponent = UnitTable.prefixes[String(name.prefix(length))],
                let found = UnitTable.metric[String(name.dropFirst(length))]
            {
                return UnitMeasure(found, exponent: exponent)
            }
        }
        guard let number = Int(name), number > 0 else { return nil }
        return UnitMeasure((name, [:]), exponent: 0)
    }

    private init?(_ entry: (String, [String: Int]), exponent: Int) {
        guard let number = PathDecimal(entry.0), let ten = PathDecimal(10).power(abs(exponent)) else { return nil }
        dimensions = entry.1
        if exponent < 0 {
            (numerator, denominator) = (number, ten)
        } else {
            guard let product = number.multiplied(by: ten) else { return nil }
            numerator = product
        }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) && utf8.count == 1 }
}
