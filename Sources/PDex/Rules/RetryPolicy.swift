/// When to try again: capped exponential backoff with full jitter; `Retry-After` is a floor (reliability R8).
public struct RetryPolicy: Sendable, Hashable {
    /// How many attempts in all.
    public let attempts: Int
    /// The first wait, in seconds.
    public let firstSeconds: Double
    /// The longest wait, in seconds.
    public let longestSeconds: Double

    /// Twelve attempts between 30 seconds and 2 hours unless told otherwise.
    public init(attempts: Int = 12, firstSeconds: Double = 30, longestSeconds: Double = 7200) {
        self.attempts = attempts
        self.firstSeconds = firstSeconds
        self.longestSeconds = longestSeconds
    }

    /// The wait in seconds after `attempt` (from 1) failed, or nil when the attempts are exhausted.
    ///
    /// `jitter` is a uniform random number in 0..<1, handed in.
    public func wait(afterAttempt attempt: Int, jitter: Double, retryAfterSeconds: Int?) -> Double? {
        guard attempt < attempts else { return nil }
        var ceiling = firstSeconds
        for _ in 1..<max(attempt, 1) where ceiling < longestSeconds { ceiling *= 2 }
        let wait = min(ceiling, longestSeconds) * min(max(jitter, 0), 1)
        return max(wait, Double(retryAfterSeconds ?? 0))
    }
}
