/// How many days what is finished is kept; nil keeps it for good.
///
/// Never forgotten are exchanges and their manifests, because fingerprints and what a payer holds are derived from
/// them, the audit trail, and whatever belongs to an exchange that is open or parked.
public struct StoreRetention: Sendable, Hashable {
    /// Bundles that were parked, of exchanges that were cancelled or withheld since.
    public var bundles: Int?
    /// What the payer answered, of exchanges that it acknowledged. Of others it tells what may have arrived.
    public var receipts: Int?
    /// Member requests that have ended.
    public var requests: Int?

    /// Keeps everything unless told otherwise.
    public init(bundles: Int? = nil, receipts: Int? = nil, requests: Int? = nil) {
        self.bundles = bundles
        self.receipts = receipts
        self.requests = requests
    }

    /// Whether nothing is ever forgotten.
    public var isForGood: Bool { self == StoreRetention() }
}
