/// How many days finished rows are kept; nil keeps them for good.
///
/// Never deleted are exchanges and their manifests, from which fingerprints and what a payer holds are derived, the
/// audit trail, and everything of an exchange that is open or parked.
public struct StoreRetention: Sendable, Hashable {
    /// Parked bundles of exchanges that were cancelled or withheld since.
    public var bundles: Int?
    /// Receipts of exchanges that the payer acknowledged. Those of others stay: they tell what may have arrived.
    public var receipts: Int?
    /// Member requests that have ended.
    public var requests: Int?

    /// Keeps everything unless told otherwise.
    public init(bundles: Int? = nil, receipts: Int? = nil, requests: Int? = nil) {
        self.bundles = bundles
        self.receipts = receipts
        self.requests = requests
    }

    /// Whether nothing is ever deleted.
    public var isForGood: Bool { self == StoreRetention() }
}
