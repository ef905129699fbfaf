/// How the items of a repeating element are told apart.
struct Slicing: Sendable {
    /// Which items are allowed other than those in slices.
    enum Rules: String, Sendable {
        case open, closed, openAtEnd
    }

    let rules: Rules
    let isOrdered: Bool
    /// For each slice, in order, the test that its members pass.
    let matchers: [SliceMatcher]
}
