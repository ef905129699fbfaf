public import PDex

/// What came of replaying one exchange.
public enum ReplayOutcome: Sendable {
    /// It would be replayed.
    case eligible(String)
    /// It cannot be replayed, and why.
    case refused(String, String)
    /// It was replayed by a new exchange, which stands where it says.
    case replayed(String, by: Exchange)
}
