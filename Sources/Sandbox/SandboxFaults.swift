/// What goes wrong at Med0, on purpose. Fractions (0 to 1) are of submissions: `POST` to the base or `$bulk-submit`.
public struct SandboxFaults: Sendable, Hashable {
    /// Answered 503 before anything is done.
    public var failFraction: Double
    /// Answered 429 with `Retry-After: 1` before anything is done.
    public var throttleFraction: Double
    /// Carried out, and then the connection is closed without an answer.
    public var dropResponseFraction: Double
    /// The first transaction of one chosen member is answered 422, once in the life of the payer's file.
    public var refuseOnce: Bool

    /// By default, nothing goes wrong.
    public init(
        failFraction: Double = 0, throttleFraction: Double = 0, dropResponseFraction: Double = 0,
        refuseOnce: Bool = false
    ) {
        self.failFraction = failFraction
        self.throttleFraction = throttleFraction
        self.dropResponseFraction = dropResponseFraction
        self.refuseOnce = refuseOnce
    }
}
