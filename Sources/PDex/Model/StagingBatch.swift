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
        /// 64 bits of SHA-256 over the bytes.
        public let contentHash: Int64
        /// Where the bytes are in ``StagingBatch/bytes``.
        public let range: Range<Int>

        /// Assembles a row.
        public init(
            key: ResourceKey, type: String, id: String, versionID: String?, lastUpdated: Instant?,
            patient: ResourceKey?, contentHash: Int64, range: Range<Int>
        ) {
            self.key = key
            self.type = type
            self.id = id
            self.versionID = versionID
            self.lastUpdated = lastUpdated
            self.patient = patient
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

/// What staging a batch did.
public struct StagingCount: Sendable, Hashable {
    /// Resources seen for the first time.
    public var new = 0
    /// Resources whose content differs from what was staged.
    public var changed = 0
    /// Resources that were staged already with the same content.
    public var unchanged = 0

    /// Starts at zero.
    public init() {}

    /// Everything counted.
    public var total: Int { new + changed + unchanged }

    /// Adds another count.
    public static func += (left: inout StagingCount, right: StagingCount) {
        left.new += right.new
        left.changed += right.changed
        left.unchanged += right.unchanged
    }
}
