/// How many elements each slice has, and which slice came last.
struct SliceTally {
    var counts: [Int]
    var last = -1
    var sawUnmatched = false
    /// Slices to which an element may belong, though that cannot be decided.
    var undecided: Set<Int> = []
    /// The tallies of slices that are sliced again.
    var inner: [Int: SliceTally] = [:]

    init(_ rule: ElementRule) {
        counts = rule.slices.isEmpty ? [] : [Int](repeating: 0, count: rule.slices.count)
    }
}
