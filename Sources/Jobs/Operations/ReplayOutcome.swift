public import PDex
public import Pipeline

/// What came of replaying one exchange.
public enum ReplayOutcome: Sendable {
    /// It would be replayed, and this would come of it.
    case eligible(String, ReplayPreview)
    /// Its turn has not come yet.
    case waiting(String)
    /// It cannot be replayed, and why.
    case refused(String, String)
    /// It was replayed by a new exchange, which stands where it says.
    case replayed(String, by: ExchangeLine)
    /// The same demand had it replayed before, by an exchange that stands where it says.
    case already(String, by: ExchangeLine)
}
