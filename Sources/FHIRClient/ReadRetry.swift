/// How often and how soon a read is repeated before its fault goes to the caller.
public struct ReadRetry: Sendable {
    /// The most tries, the first one included.
    public var attempts: Int
    /// The first delay's upper bound in seconds; it doubles with every try.
    public var base: Double
    /// The longest delay in seconds; when a server asks for more, waiting is left to the caller.
    public var longest: Double
    /// A number from 0 to 1: full jitter, so that many workers do not come back at the same moment.
    public var jitter: @Sendable () -> Double

    /// By default four tries, with delays up to 1, 2, 4 … seconds, none above a minute.
    public init(
        attempts: Int = 4, base: Double = 1, longest: Double = 60,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.attempts = attempts
        self.base = base
        self.longest = longest
        self.jitter = jitter
    }

    /// How many seconds to wait after try number `attempt` (from 1) has failed, never less than the server asked for;
    /// nil when no tries are left, or when the server asks for more than ``longest``.
    func delay(after attempt: Int, atLeast floor: Int?) -> Double? {
        guard attempt < attempts else { return nil }
        let doubled = base * Double(1 << min(attempt - 1, 20))
        let delay = max(min(doubled, longest) * min(max(jitter(), 0), 1), Double(floor ?? 0))
        return bears(delay) ? delay : nil
    }

    /// Whether a wait of this many seconds happens here, rather than being left to the caller.
    func bears(_ seconds: Double) -> Bool { seconds <= longest }
}
