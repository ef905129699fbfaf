public import PDex

/// What came of taking an exchange back.
public struct CancelOutcome: Sendable {
    /// The exchange as it stands now.
    public let exchange: Exchange
    /// Bundles that a worker is sending at this moment: they may still arrive.
    public let underWay: Int
}
