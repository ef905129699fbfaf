/// One exchange of a replay, and what came of it.
public struct ReplayItem: Sendable, Hashable {
    /// What came of it.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// Nothing yet.
        case waiting
        /// A new exchange took its place.
        case replayed
        /// It could not be replayed any more, or not so.
        case refused
        /// The replay was taken back before its turn came.
        case cancelled
    }

    /// The exchange that is replayed.
    public let exchange: String
    /// What came of it.
    public let outcome: Outcome
    /// The exchange that was made of it.
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
