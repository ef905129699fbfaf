/// How many rows were deleted, or would be.
public struct PrunedRows: Sendable, Hashable {
    /// Bundles.
    public internal(set) var bundles = 0
    /// Receipts.
    public internal(set) var receipts = 0
    /// Member requests.
    public internal(set) var requests = 0

    /// All rows together.
    public var total: Int { bundles + receipts + requests }

    /// The counts in words, for logs and the audit trail.
    public var words: String {
        [(bundles, "bundle"), (receipts, "receipt"), (requests, "request")]
            .map { count, noun in "\(count) \(noun)\(count == 1 ? "" : "s")" }.joined(separator: ", ")
    }

    static func += (total: inout PrunedRows, some: PrunedRows) {
        total.bundles += some.bundles
        total.receipts += some.receipts
        total.requests += some.requests
    }
}
