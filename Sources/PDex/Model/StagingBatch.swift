public import FHIR

/// Resources of one source about to be staged, sharing one buffer so that no line is copied.
public struct StagingBatch: Sendable {
    /// One resource of the batch.
    public struct Row: Sendable {
        /// The keyed hash of source, type and id.
        public let key: ResourceKey
        /// The resource type.
        public let type: String
        /// The id at the source.
        public let id: String
        /// `meta.versionId`.
        public let versionID: String?
        /// `meta.lastUpdated`.
        public let lastUpdated: Instant?
        /// The compartment's Patient.
        public let patient: ResourceKey?
        /// What a Provenance is about: it is in the compartment of every patient who has one of these resources.
        public let targets: [ResourceKey]
        /// What the join needs to know about it; nil makes the join read the bytes.
        public let care: CareFacts?
        /// 64 bits of SHA-256 over the bytes.
        public let contentHash: Int64
        /// Where the bytes are in ``StagingBatch/bytes``.
        public let range: Range<Int>

        /// Assembles a row.
        public init(
            key: ResourceKey, type: String, id: String, versionID: String?, lastUpdated: Instant?,
            patient: ResourceKey?, targets: [ResourceKey] = [], care: CareFacts? = nil, contentHash: Int64,
            range: Range<Int>
        ) {
            self.key = key
            self.type = type
            self.id = id
            self.versionID = versionID
            self.lastUpdated = lastUpdated
            self.patient = patient
            self.targets = targets
            self.care = care
            self.contentHash = contentHash
            self.range = range
        }
    }

    /// The configured name of the clinic or payer.
    public let source: String
    /// The buffer that all rows point into.
    public var bytes: [UInt8]
    /// The rows.
    public var rows: [Row]

    /// Starts an empty batch.
    public init(source: String) {
        self.source = source
        bytes = []
        rows = []
    }
}
