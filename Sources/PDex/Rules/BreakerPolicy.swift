/// When deliveries to a payer pause, and for how long.
public struct BreakerPolicy: Sendable, Hashable {
    /// A payer is closed after this many different submissions failed in a row.
    public let failures: Int
    /// It is also closed once this many failures are not made up for: ten successful deliveries make up for one.
    public let budget: Int
    /// The longest that the first pause takes, in seconds; each further one may take twice as long.
    public let firstSeconds: Double
    /// The longest that any pause takes, in seconds, unless the payer names a later time.
    public let longestSeconds: Double

    /// By default five in a row or fifty in all, and pauses of up to a minute at first, growing to an hour.
    public init(failures: Int = 5, budget: Int = 50, firstSeconds: Double = 60, longestSeconds: Double = 3600) {
        self.failures = failures
        self.budget = budget
        self.firstSeconds = firstSeconds
        self.longestSeconds = longestSeconds
    }

    /// The pause in seconds when a payer is closed for the `closing`th time in a row (from 1); `jitter` is a uniform
    /// random number in 0..<1, handed in.
    public func pause(closing: Int, jitter: Double) -> Double {
        var ceiling = firstSeconds
        for _ in 1..<max(closing, 1) where ceiling < longestSeconds { ceiling *= 2 }
        return min(ceiling, longestSeconds) * min(max(jitter, 0), 1)
    }
}
