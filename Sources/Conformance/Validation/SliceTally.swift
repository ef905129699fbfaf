/// How many elements each slice has got, and which came last.
struct SliceTally {
    var counts: [Int]
    var last = -1
    var sawUnmatched = false

    init(_ rule: ElementRule) {
        counts = rule.slices.isEmpty ? [] : [Int](repeating: 0, count: rule.slices.count)
    }
}
