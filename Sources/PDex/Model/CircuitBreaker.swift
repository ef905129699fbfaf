public import FHIR

/// How deliveries to a payer have gone lately, and until when it is left alone: one row per payer in the store, shared
/// by all processes (reliability R8).
///
/// Closed means that nothing is claimed for the payer (elsewhere this is called an open circuit). After the pause one
/// delivery is tried, the probe; its outcome decides whether deliveries resume.
public struct CircuitBreaker: Sendable, Hashable {
    /// The configured name of the payer.
    public let payer: String
    /// The submissions that failed in a row, without a successful delivery between them.
    public var failing: [String]
    /// How much of the retry budget is spent, in tenths: a failure spends ten, a successful delivery gives one back.
    public var spent: Int
    /// How many times in a row the payer was closed.
    public var closings: Int
    /// Nothing is claimed before this; nil while deliveries go on.
    public var closedUntil: Instant?
    /// The submission being tried as the probe.
    public var probe: String?
    /// The latest time that the payer named in its refusals (`Retry-After`).
    public var named: Instant?
    /// The code of the last failure.
    public var lastFault: FaultCode?
    /// When it last changed.
    public var at: Instant

    /// A payer about which nothing bad is known, unless told otherwise.
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

    /// Whether there is nothing to remember.
    public var isAtRest: Bool { failing.isEmpty && spent == 0 && closedUntil == nil }

    /// Whether the payer is closed: its next delivery, now or after the pause, is a probe.
    public var isClosed: Bool { closedUntil != nil }
}
