public import FHIR

/// A clinic's FHIR R4 server: search, and Bulk Data export.
public protocol ClinicServer: FHIRReader {
    /// How many requests may be made at once; an implementation limits this to what its server bears.
    var requestsAtOnce: Int { get }
    /// Those of `types` that we asked for but that our token does not allow (SBS-33).
    func withheldTypes(among types: [String]) async throws -> [String]
    /// Starts an export (kick-off); the caller must store its status URL before the first poll (BLK-18).
    ///
    /// Parameters that the server refuses are left out and reported (BLK-05).
    func startExport(_ request: ExportRequest) async throws -> ExportStart
    /// Asks once how an export is doing (BLK-20 … BLK-23).
    func pollExport(_ statusURL: String) async throws -> ExportProgress
    /// Streams one file of a finished export, whole lines at a time, with back-pressure.
    ///
    /// Returns the number of bytes after decoding only when the body is proven complete (gzip trailer,
    /// content length, last line); otherwise throws `remote.incomplete`.
    func download(
        _ file: ExportManifest.File, requiresAccessToken: Bool,
        deliver: (LineBatch) async throws -> Void
    ) async throws -> Int
    /// Tells the server that it may drop the export (BLK-50); never throws for a refusal.
    func finishExport(_ statusURL: String) async
}

/// The answer to one status request.
public enum ExportProgress: Sendable {
    /// Still running; ask again after this many seconds.
    case running(retryAfterSeconds: Int?, note: String?)
    /// Finished.
    case complete(ExportManifest)
}

/// The manifest of a finished export (BLK-30).
public struct ExportManifest: Sendable, Hashable {
    /// One file of the export.
    public struct File: Sendable, Hashable {
        /// The resource type stated, when the output is organised by type.
        public let type: String?
        /// Where the file is.
        public let url: String
        /// The number of lines stated; nil when not stated (BLK-31).
        public let count: Int?

        /// Describes a file.
        public init(type: String?, url: String, count: Int?) {
            self.type = type
            self.url = url
            self.count = count
        }
    }

    /// The server's time of the export: the next run's `_since`.
    public let transactionTime: Instant
    /// Whether downloads carry our token; when false they must not (BLK-40).
    public let requiresAccessToken: Bool
    /// The resource files.
    public let output: [File]
    /// OperationOutcome files, from `error` or `outcome` (BLK-33).
    public let errors: [File]
    /// Files of transaction Bundles whose entries are deletions (BLK-34).
    public let deleted: [File]
    /// Until when the links are good, by our clock; nil when not stated (BLK-44).
    public var expires: Instant?
    /// How many files each page of the manifest named (BLK-15).
    public var pages: [PageCount]

    /// How many files of each list one page of a manifest names.
    public struct PageCount: Sendable, Hashable {
        /// Resource files.
        public let output: Int
        /// Files of deletions.
        public let deleted: Int
        /// OperationOutcome files.
        public let errors: Int
    }

    /// Describes a manifest of one page.
    public init(
        transactionTime: Instant, requiresAccessToken: Bool, output: [File], errors: [File], deleted: [File],
        expires: Instant? = nil
    ) {
        self.expires = expires
        self.transactionTime = transactionTime
        self.requiresAccessToken = requiresAccessToken
        self.output = output
        self.errors = errors
        self.deleted = deleted
        pages = [PageCount(output: output.count, deleted: deleted.count, errors: errors.count)]
    }
}

/// Whole NDJSON lines in one buffer.
public struct LineBatch: Sendable {
    /// The lines with whatever lies between them.
    public let bytes: [UInt8]
    /// Where each non-blank line is in `bytes`, without its line end.
    public let lines: [Range<Int>]

    /// Pairs a buffer with its lines.
    public init(bytes: [UInt8], lines: [Range<Int>]) {
        self.bytes = bytes
        self.lines = lines
    }
}
