/// How often and how soon a read is repeated before the fault goes to the caller.
public struct ReadRetry: Sendable {
    /// Tries in all, the first one included.
    public var attempts: Int
    /// The first delay's upper bound in seconds; it doubles with every try.
    public var base: Double
    /// No delay is longer than this many seconds; a server that asks for more is left to the caller.
    public var longest: Double
    /// A number from 0 to 1: full jitter, so that many workers do not come back at the same moment.
    public var jitter: @Sendable () -> Double

    /// Four tries, delays up to 1, 2, 4 … seconds, none above a minute, unless said otherwise.
    public init(
        attempts: Int = 4, base: Double = 1, longest: Double = 60,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.attempts = attempts
        self.base = base
        self.longest = longest
        self.jitter = jitter
    }

    /// Seconds to wait after try number `attempt` (from 1) has failed, never less than the server asked for;
    /// nil when the tries are used up, or the server asks for longer than is waited here.
    func delay(after attempt: Int, atLeast floor: Int?) -> Double? {
        guard attempt < attempts else { return nil }
        let doubled = base * Double(1 << min(attempt - 1, 20))
        let delay = max(min(doubled, longest) * min(max(jitter(), 0), 1), Double(floor ?? 0))
        return bears(delay) ? delay : nil
    }

    /// Whether a wait of so many seconds is waited here, rather than left to the caller.
    func bears(_ seconds: Double) -> Bool { seconds <= longest }
}
