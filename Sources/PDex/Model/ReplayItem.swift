/// One exchange of a replay, and its outcome.
public struct ReplayItem: Sendable, Hashable {
    /// How its replay ended.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// It has not had its turn.
        case waiting
        /// A new exchange took its place.
        case replayed
        /// It could no longer be replayed, or not in this way.
        case refused
        /// The replay was taken back before its turn came.
        case cancelled
    }

    /// The exchange that is replayed.
    public let exchange: String
    /// The outcome.
    public let outcome: Outcome
    /// The exchange that took its place.
    public let made: String?
    /// Why it was refused: a code and words, without PHI.
    public let why: String?

    /// Assembles an item.
    public init(exchange: String, outcome: Outcome = .waiting, made: String? = nil, why: String? = nil) {
        self.exchange = exchange
        self.outcome = outcome
        self.made = made
        self.why = why
    }
}
