/// Random numbers that are the same for the same seed on every machine and in every release.
///
/// xoshiro256** (Blackman and Vigna), its state filled by SplitMix64. The standard library's own
/// generators may change between releases; a population must not.
struct RandomSource: Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// Starts one independent sequence: `stream` distinguishes the sequences of one seed.
    init(seed: UInt64, stream: UInt64) {
        var mixer = seed ^ (stream &* 0x9e37_79b9_7f4a_7c15)
        state = (Self.mixed(&mixer), Self.mixed(&mixer), Self.mixed(&mixer), Self.mixed(&mixer))
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        let result = Self.rotated(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotated(state.3, by: 45)
        return result
    }

    /// A number in `0..<bound`; 0 when `bound` is not positive.
    mutating func below(_ bound: Int) -> Int {
        bound > 0 ? Int(next().multipliedFullWidth(by: UInt64(bound)).high) : 0
    }

    /// A number in `range`.
    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// True in `percent` of 100 cases.
    mutating func chance(percent: Int) -> Bool {
        below(100) < percent
    }

    /// One of `elements`, which must not be empty.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// A number in `0..<1`.
    mutating func fraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    private static func mixed(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }

    private static func rotated(_ bits: UInt64, by count: UInt64) -> UInt64 {
        bits << count | bits >> (64 - count)
    }
}
