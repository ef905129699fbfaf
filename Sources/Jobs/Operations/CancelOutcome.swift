public import PDex

/// The outcome of taking an exchange back.
public struct CancelOutcome: Sendable {
    /// The exchange as it stands now.
    public let exchange: Exchange
    /// How many bundles a worker is sending at this moment: they may still arrive.
    public let underWay: Int
}
