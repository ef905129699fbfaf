/// The outcome of one seed.
public struct SeedOutcome: Sendable {
    /// The seed.
    public let seed: UInt64
    /// How promises were broken, in words; empty when none was.
    public let violations: [String]
    /// The promises that were broken.
    public let broken: Set<Promise>
    /// The rare states that were reached.
    public let rare: Set<RareState>
    /// A hash over everything that happened, in order: the same for the same seed.
    public let trace: UInt64
    /// How many turns were taken.
    public let turns: Int
    /// How many exchanges were made.
    public let exchanges: Int
    /// How many bundles the payer accepted.
    public let bundles: Int
    /// How many processes were killed.
    public let kills: Int
}
