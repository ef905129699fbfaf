public import FHIR

/// A payer's record as it was until another version took its place or it disappeared.
public struct SupersededResource: Sendable, Hashable {
    /// The staging key of the record.
    public let key: ResourceKey
    /// `meta.versionId` at the payer.
    public let versionID: String?
    /// 64 bits of SHA-256 over the bytes.
    public let contentHash: Int64
    /// Since when it was current: the end of the version before it, or the payer's own time; nil when unknown.
    public let since: Instant?
    /// When we learned that it is no longer current.
    public let until: Instant
    /// The bytes as the payer gave them.
    public let bytes: [UInt8]

    /// Assembles a version.
    public init(
        key: ResourceKey, versionID: String?, contentHash: Int64, since: Instant?, until: Instant, bytes: [UInt8]
    ) {
        self.key = key
        self.versionID = versionID
        self.contentHash = contentHash
        self.since = since
        self.until = until
        self.bytes = bytes
    }
}
