/// What reading a roster came to.
public struct RosterReport: Sendable, Hashable {
    /// Records that can be used.
    public private(set) var rows = 0
    /// Records that cannot.
    public private(set) var refused = 0
    /// The first of those, at most ``mostNamed``.
    public private(set) var flaws: [RosterFlaw] = []

    /// How many flaws are named; the rest is counted.
    public static let mostNamed = 100

    mutating func accept() { rows += 1 }

    mutating func refuse(_ flaw: RosterFlaw) {
        refused += 1
        if flaws.count < Self.mostNamed { flaws.append(flaw) }
    }
}
