@testable import FHIRPath

/// Makes expressions and values of any shape, the same for the same seed.
struct ExpressionMaker {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    /// An expression that can be read.
    mutating func expression(depth: Int) -> String {
        guard depth > 0 else { return leaf() }
        switch pick(9) {
        case 0: return "(\(expression(depth: depth - 1))) \(binary()) (\(expression(depth: depth - 1)))"
        case 1: return "(\(expression(depth: depth - 1))).where(\(expression(depth: depth - 2)))"
        case 2: return "(\(expression(depth: depth - 1))).\(chosen(["a", "`n`", "given.family"]))"
        case 3: return "-(\(expression(depth: depth - 1)))"
        case 4: return "(\(expression(depth: depth - 1)))[\(pick(3))]"
        case 5: return "(\(expression(depth: depth - 1))).is(\(chosen(["Patient", "System.String", "FHIR.code"])))"
        case 6: return "iif(\(chosen(["true", "a.exists()"])), \(expression(depth: depth - 1)), {})"
        case 7:
            return "(\(expression(depth: depth - 1))).\(chosen(["count()", "first()", "exists()", "matches('a+')"]))"
        default: return "(\(expression(depth: depth - 1)) \(chosen(["as", "is"])) \(chosen(["string", "Quantity"])))"
        }
    }

    /// A list of constants.
    mutating func collection() -> String {
        let parts = (0..<pick(5)).map { _ in
            chosen(["1", "2", "1.0", "'a'", "'b'", "@2020", "@2020-01", "true", "1 'cm'", "10 'mm'"])
        }
        return parts.reduce("({})") { "\($0).combine(\($1))" }
    }

    /// A date or date and time of any precision.
    mutating func moment() -> String {
        var text = chosen(["2019", "2020"])
        for part in ["-0\(1 + pick(2))", "-1\(pick(2))", "T0\(pick(2))", ":3\(pick(2))", ":4\(pick(2))", ".\(pick(3))"]
        {
            if pick(6) == 0 { return text + zone(text) }
            text += part
        }
        return text + zone(text)
    }

    /// A number with up to 16 digits.
    mutating func decimal() -> PathDecimal {
        let digits = Int128(next() % 10_000_000_000_000_000) - 5_000_000_000_000_000
        return PathDecimal(significand: digits, scale: pick(9))
    }

    private mutating func zone(_ text: String) -> String {
        text.contains("T") ? chosen(["", "Z", "+02:00", "-11:30"]) : ""
    }

    private mutating func leaf() -> String {
        chosen([
            "a", "n", "$this", "'x\\'y'", "1", "2.50", "{}", "true", "@2020-02-03", "@T10:30", "4 days", "1.5 'mg'",
            "%resource",
            "Patient", "%ucum", "'\\u0041\\n'", "`odd name`", "a.b.c", "$index", "$total",
        ])
    }

    private mutating func binary() -> String {
        chosen([
            "and", "or", "xor", "implies", "=", "!=", "~", "!~", "<", ">=", "|", "+", "-", "&", "*", "/", "div", "mod",
            "in", "contains",
        ])
    }

    private mutating func chosen(_ words: [String]) -> String {
        words[pick(words.count)]
    }

    private mutating func pick(_ count: Int) -> Int {
        Int(next() % UInt64(count))
    }

    /// A xorshift of 64 bits.
    private mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
