extension PathDecimal {
    /// How a number is reduced to fewer digits.
    enum Rounding {
        /// Half away from zero, as `round()` does.
        case nearest
        case down, up, towardsZero
    }

    /// The exact sum; nil when it has too many digits.
    func adding(_ other: PathDecimal) -> PathDecimal? {
        aligned(with: other) { one, two in one.addingReportingOverflow(two) }
    }

    /// The exact difference; nil when it has too many digits.
    func subtracting(_ other: PathDecimal) -> PathDecimal? {
        aligned(with: other) { one, two in one.subtractingReportingOverflow(two) }
    }

    /// The exact product; nil when it has too many digits.
    func multiplied(by other: PathDecimal) -> PathDecimal? {
        let (product, overflow) = significand.multipliedReportingOverflow(by: other.significand)
        if !overflow, scale + other.scale <= Self.maximumScale {
            return PathDecimal(significand: product, scale: scale + other.scale)
        }
        // The product may be too long only because of zeros at the end of a fraction.
        let (one, two) = (trimmed, other.trimmed)
        guard one.scale + two.scale < scale + other.scale else { return nil }
        return one.multiplied(by: two)
    }

    /// The quotient with 28 significant digits; nil for a divisor of zero.
    func divided(by other: PathDecimal) -> PathDecimal? {
        guard !other.isZero else { return nil }
        let negative = isNegative != other.isNegative
        let divisor = other.significand.magnitude
        var (quotient, rest) = significand.magnitude.quotientAndRemainder(dividingBy: divisor)
        var scale = scale - other.scale
        let limit = UInt128(10).power(27)
        // One digit at a time, as on paper: the remainder stays below the divisor.
        while (rest != 0 && quotient < limit && scale < Self.maximumScale) || scale < 0 {
            let (tenfold, overflow) = rest.multipliedReportingOverflow(by: 10)
            guard !overflow else { return approximateQuotient(other) }
            let (more, carried) = quotient.multipliedReportingOverflow(by: 10)
            guard !carried, more <= UInt128(Int128.max) - 10 else { return nil }
            quotient = more + tenfold / divisor
            rest = tenfold % divisor
            scale += 1
        }
        if rest >= divisor - rest, rest != 0 { quotient += 1 }
        guard let value = Int128(exactly: quotient), scale <= Self.maximumScale else {
            return approximateQuotient(other)
        }
        return PathDecimal(significand: negative ? -value : value, scale: scale).trimmed
    }

    /// For divisors with so many digits that the remainder cannot be extended exactly.
    private func approximateQuotient(_ other: PathDecimal) -> PathDecimal? {
        let (one, two) = (trimmed, other.trimmed)
        if one.scale + two.scale < scale + other.scale { return one.divided(by: two) }
        return PathDecimal(double / other.double)
    }

    /// The whole part of the quotient.
    func quotient(_ other: PathDecimal) -> PathDecimal? {
        let scale = max(scale, other.scale)
        guard !other.isZero, let one = significand.multiplied(byPowerOfTen: scale - self.scale),
            let two = other.significand.multiplied(byPowerOfTen: scale - other.scale)
        else { return nil }
        let (quotient, overflow) = one.dividedReportingOverflow(by: two)
        return overflow ? nil : PathDecimal(significand: quotient)
    }

    /// The remainder that ``quotient(_:)`` leaves.
    func remainder(_ other: PathDecimal) -> PathDecimal? {
        let scale = max(scale, other.scale)
        guard !other.isZero, let one = significand.multiplied(byPowerOfTen: scale - self.scale),
            let two = other.significand.multiplied(byPowerOfTen: scale - other.scale)
        else { return nil }
        let (rest, overflow) = one.remainderReportingOverflow(dividingBy: two)
        return overflow ? nil : PathDecimal(significand: rest, scale: scale)
    }

    /// The number with its sign reversed.
    var negated: PathDecimal? {
        significand == .min ? nil : PathDecimal(significand: -significand, scale: scale)
    }

    /// The number with `digits` after the point; nil when there is no room for the zeros to add.
    func rounded(to digits: Int, _ rounding: Rounding) -> PathDecimal? {
        if digits >= scale {
            guard digits <= Self.maximumScale else { return nil }
            return significand.multiplied(byPowerOfTen: digits - scale).map {
                PathDecimal(significand: $0, scale: digits)
            }
        }
        // A unit of more than 38 places exceeds the whole number.
        guard let unit = Int128(1).multiplied(byPowerOfTen: scale - digits) else { return PathDecimal(0) }
        var (value, rest) = significand.quotientAndRemainder(dividingBy: unit)
        switch rounding {
        case .towardsZero: break
        case .down: if rest < 0 { value -= 1 }
        case .up: if rest > 0 { value += 1 }
        case .nearest:
            if rest.magnitude >= unit.magnitude - rest.magnitude { value += rest < 0 ? -1 : 1 }
        }
        rest = 0
        return PathDecimal(significand: value, scale: digits)
    }

    /// The number rounded to a whole one, if it fits.
    func whole(_ rounding: Rounding) -> Int? {
        rounded(to: 0, rounding).flatMap { Int(exactly: $0.significand) }
    }

    /// The number raised to a whole power; nil when that takes too many digits.
    func power(_ exponent: Int) -> PathDecimal? {
        guard exponent.magnitude <= 1_000 else { return nil }
        var result = PathDecimal(1)
        for _ in 0..<abs(exponent) {
            guard let next = result.multiplied(by: self) else { return nil }
            result = next
        }
        return exponent < 0 ? PathDecimal(1).divided(by: result) : result
    }

    private func aligned(
        with other: PathDecimal, _ body: (Int128, Int128) -> (partialValue: Int128, overflow: Bool)
    ) -> PathDecimal? {
        let scale = max(scale, other.scale)
        guard let one = significand.multiplied(byPowerOfTen: scale - self.scale),
            let two = other.significand.multiplied(byPowerOfTen: scale - other.scale)
        else { return nil }
        let (result, overflow) = body(one, two)
        return overflow ? nil : PathDecimal(significand: result, scale: scale)
    }
}

extension UInt128 {
    fileprivate func power(_ exponent: Int) -> UInt128 {
        (0..<exponent).reduce(1) { value, _ in value * self }
    }
}
