public import PDex
public import Pipeline

/// The outcome of replaying one exchange.
public enum ReplayOutcome: Sendable {
    /// It can be replayed, with this result.
    case eligible(String, ReplayPreview)
    /// Its turn has not come yet.
    case waiting(String)
    /// It cannot be replayed, and why.
    case refused(String, String)
    /// It was replayed by a new exchange, which stands as given.
    case replayed(String, by: ExchangeLine)
    /// The same demand had it replayed before, by an exchange that stands where it says.
    case already(String, by: ExchangeLine)
}
