/// The result of reading a roster.
public struct RosterReport: Sendable, Hashable {
    /// Records that can be used.
    public private(set) var rows = 0
    /// Records that cannot.
    public private(set) var refused = 0
    /// The first of those, by line, at most ``mostNamed``.
    public private(set) var flaws: [RosterFlaw] = []

    /// How many flaws are named; the rest are only counted.
    public static let mostNamed = 100

    mutating func accept() { rows += 1 }

    mutating func refuse(_ flaw: RosterFlaw) {
        refused += 1
        guard flaws.count < Self.mostNamed || flaw.line < flaws.last?.line ?? 0 else { return }
        let place = flaws.lastIndex { $0.line <= flaw.line }.map { $0 + 1 } ?? 0
        flaws.insert(flaw, at: place)
        if flaws.count > Self.mostNamed { flaws.removeLast() }
    }

    /// Refuses a record that was accepted.
    mutating func withdraw(_ flaw: RosterFlaw) {
        rows -= 1
        refuse(flaw)
    }
}
