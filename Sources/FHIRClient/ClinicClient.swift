public import PDex

/// A clinic's FHIR R4 server over the network: search, and Bulk Data export.
public struct ClinicClient: ClinicServer {
    private let session: ServerSession
    private let capabilities: CapabilityCache

    /// A client for the session's server.
    public init(_ session: ServerSession) {
        self.session = session
        capabilities = CapabilityCache(session)
    }

    /// The FHIR base URL, without a trailing slash.
    public var base: String { session.policy.base.text }

    /// The most requests that the configuration allows at once.
    public var requestsAtOnce: Int { session.connection.maxConnections }

    /// The most pages that the configuration allows one search.
    public var mostPages: Int { session.connection.maxPages }

    /// Reads `/metadata`; kept for a day.
    public func capability() async throws -> ServerCapability { try await capabilities.capability() }

    /// The first page of a search.
    public func search(_ query: SearchQuery) async throws -> SearchPage { try await session.search(query) }

    /// The page behind an opaque `next` link.
    public func page(_ link: String) async throws -> SearchPage { try await session.page(link) }

    /// One resource as the server wrote it, or nil for 404 and 410.
    public func read(type: String, id: String) async throws -> [UInt8]? { try await session.read(type: type, id: id) }

    /// Those of `types` that were requested but that our token does not allow.
    public func withheldTypes(among types: [String]) async throws -> [String] {
        try await session.withheldTypes(among: types)
    }

    /// Kicks off an export; what the server refuses is left out, and reported.
    public func startExport(_ request: ExportRequest) async throws -> ExportStart {
        let version = await capabilities.lastKnown?.bulkDataVersion
        return try await BulkKickOff(session: session, version: version).start(request)
    }

    /// Asks once how an export is doing.
    public func pollExport(_ statusURL: String) async throws -> ExportProgress {
        try await BulkExport(session: session).poll(statusURL)
    }

    /// Streams one file of a finished export; returns the number of bytes after decoding, once the end is proven.
    public func download(
        _ file: ExportManifest.File, requiresAccessToken: Bool, deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        try await BulkDownload(session: session).run(file, requiresAccessToken: requiresAccessToken, deliver: deliver)
    }

    /// Tells the server that it may drop the export.
    public func finishExport(_ statusURL: String) async {
        await BulkExport(session: session).finish(statusURL)
    }
}
