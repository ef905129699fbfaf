/// A decimal number that keeps the digits it was written with: `1.50` is equal to `1.5` and still written `1.50`.
///
/// A whole number of at most 38 digits over a power of ten. Sums, differences and products are exact or not made;
/// quotients have 28 significant digits (FHIRPath 2.0 §4.1.6 asks for 28).
public struct PathDecimal: Sendable {
    /// The digits without the decimal point.
    let significand: Int128
    /// How many of them are after the point.
    let scale: Int

    /// At most this many digits are kept after the point.
    static let maximumScale = 37

    init(significand: Int128, scale: Int = 0) {
        self.significand = significand
        self.scale = scale
    }

    /// A whole number.
    public init(_ int: Int) {
        self.init(significand: Int128(int))
    }

    /// A number as JSON or FHIRPath writes it; nil when it is not one, or has more digits than are kept.
    public init?(_ text: String) {
        self.init(text[...])
    }

    init?(_ text: Substring) {
        var value: Int128 = 0
        var (scale, digits, isNegative, isFraction) = (0, 0, false, false)
        var rest = text.utf8
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        while let byte = rest.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "."), !isFraction, digits > 0 {
                isFraction = true
                continue
            }
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tenfold.addingReportingOverflow(Int128(byte - UInt8(ascii: "0")))
            guard !overflow, !carried else { return nil }
            (value, digits) = (sum, digits + 1)
            if isFraction { scale += 1 }
        }
        guard digits > 0, !isFraction || scale > 0 else { return nil }
        if !rest.isEmpty {
            guard let exponent = Int(Substring(rest.dropFirst())), exponent.magnitude <= 80 else { return nil }
            scale -= exponent
        }
        if isNegative { value = -value }
        guard scale < 0 else {
            guard scale <= Self.maximumScale else { return nil }
            self.init(significand: value, scale: scale)
            return
        }
        guard value == 0 || -scale < 39, let whole = value.multiplied(byPowerOfTen: value == 0 ? 0 : -scale) else {
            return nil
        }
        self.init(significand: whole)
    }

    /// The nearest number with 15 significant digits; nil when it is not finite or too large.
    init?(_ double: Double) {
        guard double.isFinite, abs(double) < 1e37 else { return nil }
        if double == 0 || abs(double) < 1e-36 {
            self.init(significand: 0)
            return
        }
        var scale = 0
        var scaled = abs(double)
        while scaled < 1e14, scale < Self.maximumScale {
            scaled *= 10
            scale += 1
        }
        let rounded = Int128(scaled.rounded())
        self = PathDecimal(significand: double < 0 ? -rounded : rounded, scale: scale).trimmed
    }

    /// The same number without zeros at the end of its fraction.
    var trimmed: PathDecimal {
        var (value, scale) = (significand, scale)
        while scale > 0, value % 10 == 0 { (value, scale) = (value / 10, scale - 1) }
        return PathDecimal(significand: value, scale: scale)
    }

    /// The nearest binary number.
    var double: Double {
        Double(description) ?? .nan
    }

    var isZero: Bool { significand == 0 }
    var isNegative: Bool { significand < 0 }
}

extension PathDecimal: Hashable, Comparable {
    /// Equal by value: `1.50` and `1.5`.
    public static func == (left: PathDecimal, right: PathDecimal) -> Bool {
        if left.scale == right.scale { return left.significand == right.significand }
        return left.order(right) == .equal
    }

    /// Smaller by value.
    public static func < (left: PathDecimal, right: PathDecimal) -> Bool {
        left.order(right) == .less
    }

    /// Hashes the value.
    public func hash(into hasher: inout Hasher) {
        let trimmed = trimmed
        hasher.combine(trimmed.significand)
        hasher.combine(trimmed.scale)
    }

    /// Which is less; a number that cannot be brought to the other's scale is larger by far.
    func order(_ other: PathDecimal) -> Ordering {
        let scale = max(scale, other.scale)
        let one = significand.multiplied(byPowerOfTen: scale - self.scale)
        let two = other.significand.multiplied(byPowerOfTen: scale - other.scale)
        switch (one, two) {
        case (let one?, let two?): return one < two ? .less : (one == two ? .equal : .greater)
        case (nil, _): return isNegative ? .less : .greater
        case (_, nil): return other.isNegative ? .greater : .less
        }
    }
}

extension PathDecimal: CustomStringConvertible {
    /// The digits as they were written, without an exponent.
    public var description: String {
        let digits = String(significand.magnitude)
        let sign = isNegative ? "-" : ""
        guard scale > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
        return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}

extension Int128 {
    /// The number with this many zeros appended; nil when that does not fit.
    func multiplied(byPowerOfTen exponent: Int) -> Int128? {
        var value = self
        for _ in 0..<exponent {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return value
    }
}
