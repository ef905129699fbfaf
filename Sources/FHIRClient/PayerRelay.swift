public import PDex

/// A payer with a delivery method of its own, whose server answers everything else.
public protocol PayerRelay: PayerServer {
    /// The payer's server.
    var server: any PayerServer { get }
}

extension PayerRelay {
    /// The FHIR base URL, without a trailing slash.
    public var base: String { server.base }

    /// The most pages that one search may have.
    public var mostPages: Int { server.mostPages }

    /// Reads `/metadata`.
    public func capability() async throws -> ServerCapability { try await server.capability() }

    /// The first page of a search.
    public func search(_ query: SearchQuery) async throws -> SearchPage { try await server.search(query) }

    /// The page behind an opaque `next` link.
    public func page(_ link: String) async throws -> SearchPage { try await server.page(link) }

    /// One resource as the server wrote it, or nil for 404 and 410.
    public func read(type: String, id: String) async throws -> [UInt8]? { try await server.read(type: type, id: id) }

    /// Those of `types` that the token does not let us read and search.
    public func unreadableTypes(among types: [String]) async throws -> [String] {
        try await server.unreadableTypes(among: types)
    }

    /// Asks who somebody is (HRex `$member-match`).
    public func matchMember(
        _ question: MemberMatchQuestion, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> MemberMatchAnswer {
        try await server.matchMember(question, lastLook: lastLook)
    }

    /// Starts a match of many people (PDex `$bulk-member-match`); returns the URL at which to ask for the answer.
    public func startMatchingMembers(
        _ questions: [MemberMatchQuestion], lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> String {
        try await server.startMatchingMembers(questions, lastLook: lastLook)
    }
}
