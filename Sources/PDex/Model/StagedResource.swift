public import FHIR

/// One resource as the store holds it: the original bytes and the few fields that the join needs.
public struct StagedResource: Sendable, Hashable {
    /// The keyed hash of source, type and id.
    public let key: ResourceKey
    /// The configured name of the clinic or payer it came from.
    public let source: String
    /// The resource type.
    public let type: String
    /// The id at the source.
    public let id: String
    /// `meta.versionId` at the source.
    public let versionID: String?
    /// `meta.lastUpdated` at the source.
    public let lastUpdated: Instant?
    /// The key of the Patient in whose compartment it is; nil for a Patient itself and for shared resources.
    public let patient: ResourceKey?
    /// 64 bits of SHA-256 over the bytes: two versions are the same content when this is equal.
    public let contentHash: Int64
    /// The bytes exactly as the source sent them (RD-22).
    public let bytes: [UInt8]

    /// Assembles a staged resource.
    public init(
        key: ResourceKey, source: String, type: String, id: String, versionID: String?, lastUpdated: Instant?,
        patient: ResourceKey?, contentHash: Int64, bytes: [UInt8]
    ) {
        self.key = key
        self.source = source
        self.type = type
        self.id = id
        self.versionID = versionID
        self.lastUpdated = lastUpdated
        self.patient = patient
        self.contentHash = contentHash
        self.bytes = bytes
    }
}
