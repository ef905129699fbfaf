/// A set of characters as a pattern's class describes it.
struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    /// Sets whose characters are not in this one, such as `\D` inside brackets.
    var excluded: [ScalarSet] = []
    var isNegated = false

    func contains(_ scalar: UInt32) -> Bool {
        let isInside = ranges.contains { $0.contains(scalar) } || excluded.contains { !$0.contains(scalar) }
        return isInside != isNegated
    }

    /// What `\d`, `\w` and `\s` stand for.
    static func named(_ letter: Unicode.Scalar) -> ScalarSet? {
        switch letter {
        case "d": ScalarSet(ranges: [48...57])
        case "w": ScalarSet(ranges: [48...57, 65...90, 95...95, 97...122])
        case "s": ScalarSet(ranges: [9...13, 32...32, 0x85...0x85, 0xa0...0xa0, 0x2028...0x2029])
        default: nil
        }
    }
}
