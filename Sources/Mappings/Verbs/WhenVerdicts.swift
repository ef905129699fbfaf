/// What the conditions of a set have come to for one resource, so that each is asked once.
struct WhenVerdicts {
    private var known: [Bool?]

    init(conditions: Int) {
        known = Array(repeating: nil, count: conditions)
    }

    subscript(number: Int) -> Bool? {
        get { known[number] }
        set { known[number] = newValue }
    }
}
