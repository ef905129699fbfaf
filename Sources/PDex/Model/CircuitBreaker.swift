public import FHIR

/// How a payer has fared with deliveries lately, and until when it is left alone: one row of the store a payer, for all
/// processes (reliability R8).
///
/// Closed means that nothing is claimed for it. When its time has come, one delivery is tried, the probe; what it comes
/// to decides whether everything goes on.
public struct CircuitBreaker: Sendable, Hashable {
    /// The configured name of the payer.
    public let payer: String
    /// The submissions that failed in a row, without one that worked between them.
    public var failing: [String]
    /// How much of the budget of retries is spent, in tenths: a failure spends ten, what works gives one back.
    public var spent: Int
    /// How many times in a row it was closed.
    public var closings: Int
    /// Nothing is claimed before; nil when deliveries go on.
    public var closedUntil: Instant?
    /// The submission that is tried now.
    public var probe: String?
    /// The latest time that the payer named in its refusals (`Retry-After`).
    public var named: Instant?
    /// How the last failure was read.
    public var lastFault: FaultCode?
    /// When it last changed.
    public var at: Instant

    /// A payer of whom nothing bad is known, unless told otherwise.
    public init(
        payer: String, failing: [String] = [], spent: Int = 0, closings: Int = 0, closedUntil: Instant? = nil,
        probe: String? = nil, named: Instant? = nil, lastFault: FaultCode? = nil, at: Instant
    ) {
        self.payer = payer
        self.failing = failing
        self.spent = spent
        self.closings = closings
        self.closedUntil = closedUntil
        self.probe = probe
        self.named = named
        self.lastFault = lastFault
        self.at = at
    }

    /// Whether nothing needs to be remembered.
    public var isAtRest: Bool { failing.isEmpty && spent == 0 && closedUntil == nil }

    /// Whether the next delivery would be a probe, now or when the time has come.
    public var isClosed: Bool { closedUntil != nil }
}
