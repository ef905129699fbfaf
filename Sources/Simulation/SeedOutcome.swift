/// What one seed came to.
public struct SeedOutcome: Sendable {
    /// The seed.
    public let seed: UInt64
    /// What broke a promise, in words; empty when nothing did.
    public let violations: [String]
    /// The promises that were broken.
    public let broken: Set<Promise>
    /// The rare states that were reached.
    public let rare: Set<RareState>
    /// A hash over everything that happened, in its order: the same for the same seed.
    public let trace: UInt64
    /// How many turns were taken.
    public let turns: Int
    /// How many exchanges were made.
    public let exchanges: Int
    /// How many bundles the payer took.
    public let bundles: Int
    /// How many processes were killed.
    public let kills: Int
}
