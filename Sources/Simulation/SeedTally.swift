/// The outcomes of many seeds, for printing.
public struct SeedTally: Sendable, CustomStringConvertible {
    private let members: Int
    private let began = ContinuousClock.now
    private var seeds = 0
    private var failed: [UInt64] = []
    private var turns = 0
    private var exchanges = 0
    private var bundles = 0
    private var kills = 0
    private var replays = 0
    private var strayed = 0
    /// For each broken promise, how many seeds broke it.
    public private(set) var broken: [Promise: Int] = [:]
    /// For each rare state, how many seeds reached it.
    public private(set) var rare: [RareState: Int] = [:]

    /// Starts counting seeds of towns with this many members.
    public init(members: Int) {
        self.members = members
    }

    /// Counts an outcome.
    public mutating func count(_ outcome: SeedOutcome) {
        seeds += 1
        if !outcome.violations.isEmpty { failed.append(outcome.seed) }
        turns += outcome.turns
        exchanges += outcome.exchanges
        bundles += outcome.bundles
        kills += outcome.kills
        for promise in outcome.broken { broken[promise, default: 0] += 1 }
        for state in outcome.rare { rare[state, default: 0] += 1 }
    }

    /// Counts a second run of the same seed: whether its outcome was the same.
    public mutating func count(_ first: SeedOutcome, again second: SeedOutcome) {
        replays += 1
        if first.trace != second.trace { strayed += 1 }
    }

    /// The rare states that no seed reached.
    public var missed: [RareState] { RareState.allCases.filter { rare[$0] == nil } }

    /// The command that shows one seed again, step by step.
    public func command(seed: UInt64) -> String {
        "make simulate FIRST=\(seed) SEEDS=1 MEMBERS=\(members) TELL=1"
    }

    /// Whether a promise was broken, a second run differed, or, if the seeds should reach all, a rare state was missed.
    public func hasFailed(ofAll isWhole: Bool) -> Bool {
        !failed.isEmpty || strayed > 0 || isWhole && !missed.isEmpty
    }

    /// One figure per line.
    public var description: String {
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        var lines = [
            "seeds \(seeds), members \(members), days \(seeds * SimulatedWeek.days), \(Int(seconds)) s",
            "turns \(turns), exchanges \(exchanges), bundles taken \(bundles), kills \(kills)",
            "seeds that broke a promise: \(failed.count)",
            "seeds lived through twice: \(replays), of these otherwise: \(strayed)",
        ]
        lines += Promise.allCases.compactMap { promise in broken[promise].map { "  \($0): \(promise.rawValue)" } }
        lines += RareState.allCases.map { "\(rare[$0] ?? 0) x \($0.rawValue)" }
        return lines.joined(separator: "\n")
    }
}
