/// How an element that repeats is told apart.
struct Slicing: Sendable {
    /// What may stand beside the slices.
    enum Rules: String, Sendable {
        case open, closed, openAtEnd
    }

    let rules: Rules
    let isOrdered: Bool
    /// For each slice the test that tells its members, in the order of the slices.
    let matchers: [SliceMatcher]
}
