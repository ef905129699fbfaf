/// How many elements each slice has got, and which came last.
struct SliceTally {
    var counts: [Int]
    var last = -1
    var sawUnmatched = false
    /// Slices of which it cannot be said whether an element was theirs.
    var undecided: Set<Int> = []
    /// How many the slices of each slice have got, where it is sliced again.
    var inner: [Int: SliceTally] = [:]

    init(_ rule: ElementRule) {
        counts = rule.slices.isEmpty ? [] : [Int](repeating: 0, count: rule.slices.count)
    }
}
