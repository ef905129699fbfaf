public import PDex

/// A payer at whose server we are not registered: we exchange nothing but files, and every question to it is refused
/// here.
public struct UnaskedPayer: PayerServer {
    /// The base in front of ids; no server is asked there.
    public let base: String
    private let name: String

    /// The payer of that name.
    public init(name: String, base: String) {
        self.name = name
        self.base = base
    }

    /// Refused.
    public func capability() async throws -> ServerCapability { throw refusal }

    /// Refused.
    public func search(_ query: SearchQuery) async throws -> SearchPage { throw refusal }

    /// Refused.
    public func page(_ link: String) async throws -> SearchPage { throw refusal }

    /// Refused.
    public func read(type: String, id: String) async throws -> [UInt8]? { throw refusal }

    /// All of them: nothing can be read.
    public func unreadableTypes(among types: [String]) async throws -> [String] { types }

    /// Refused.
    public func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        throw refusal
    }

    /// Refused.
    public func matchMember(
        _ question: MemberMatchQuestion, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> MemberMatchAnswer {
        throw refusal
    }

    /// Refused.
    public func startMatchingMembers(
        _ questions: [MemberMatchQuestion], lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> String {
        throw refusal
    }

    private var refusal: Fault {
        Fault(
            .configInvalid, .halt, "the server of \(name) was to be asked, and no client is registered there",
            hint: "give \(name) 'client-id' and 'key' in pdex.yaml, or let all that comes from it be files")
    }
}
