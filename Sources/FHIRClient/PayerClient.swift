import FHIR
public import PDex

/// A payer's FHIR R4 server over the network: search, member match, and delivery of a bundle.
public struct PayerClient: PayerServer {
    private let session: ServerSession
    private let capabilities: CapabilityCache
    private let delivery: ExchangeTerms.Delivery.Kind

    /// A client for the session's server, which takes bundles or, depending on `delivery`, single requests.
    public init(_ session: ServerSession, delivery: ExchangeTerms.Delivery.Kind = .transaction) {
        self.session = session
        self.delivery = delivery
        capabilities = CapabilityCache(session)
    }

    /// The FHIR base URL, without a trailing slash.
    public var base: String { session.policy.base.text }

    /// Reads `/metadata`; kept for a day.
    public func capability() async throws -> ServerCapability { try await capabilities.capability() }

    /// The first page of a search.
    public func search(_ query: SearchQuery) async throws -> SearchPage { try await session.search(query) }

    /// The page behind an opaque `next` link.
    public func page(_ link: String) async throws -> SearchPage { try await session.page(link) }

    /// One resource as the server wrote it, or nil for 404 and 410.
    public func read(type: String, id: String) async throws -> [UInt8]? { try await session.read(type: type, id: id) }

    /// Those of `types` that the token does not let us read and search; empty without a token.
    public func unreadableTypes(among types: [String]) async throws -> [String] {
        try await session.unreadableTypes(among: types)
    }

    /// Delivers one Bundle and returns any answer; when the answer is lost, throws `payer.unknown-outcome`.
    public func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        let isSingly = delivery == .put
        if isSingly || bundle.starts(with: Self.headOfBatch) {
            return try await inWaves(isSingly: isSingly) { waves in
                try await waves.deliver(bundle, requestID: requestID, lastLook: lastLook)
            }
        }
        let response = try await delivered(request(bundle, requestID), lastLook)
        guard response.status != 401 else { throw session.faults.unauthorized("a delivery") }
        // A truncated answer leaves the fate of the bundle uncertain.
        guard response.isProvenComplete || response.body.isEmpty || provesItself(response) else { throw unknown() }
        return PayerAnswer(
            status: response.status, body: response.body,
            retryAfterSeconds: RetryAfter.seconds(response.headers, now: session.clock.now()),
            serverTime: response.headers["Date"].flatMap { Instant(httpDate: $0) },
            answerID: AnswerID.of(response.headers))
    }

    /// Asks who somebody is (HRex `$member-match`).
    public func matchMember(
        _ question: MemberMatchQuestion, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> MemberMatchAnswer {
        try await MemberMatchCall(session: session).ask(question, lastLook)
    }

    /// Starts a match of many people (PDex `$bulk-member-match`); returns the URL at which to ask for the answer.
    public func startMatchingMembers(
        _ questions: [MemberMatchQuestion], lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> String {
        try await BulkMemberMatchCall(session: session).start(questions, lastLook)
    }

    /// How bundles in the outbox begin if they are applied entry by entry.
    private static let headOfBatch = Array(#"{"resourceType":"Bundle","type":"batch""#.utf8)

    private func inWaves(
        isSingly: Bool, _ body: (WaveDelivery) async throws -> PayerAnswer
    ) async throws -> PayerAnswer {
        do {
            let waves = WaveDelivery(requests: WaveRequests(session: session), isSingly: isSingly, unknown: unknown)
            let answer = try await body(waves)
            guard answer.status != 401 else { throw session.faults.unauthorized("a delivery") }
            return answer
        } catch let error as TransportError {
            throw error.mayHaveArrived ? unknown(nil) : neverArrived(error)
        }
    }

    private func request(_ bundle: [UInt8], _ requestID: String) throws(Fault) -> HTTPRequest {
        var request = HTTPRequest(.post, try session.policy.url(""), body: bundle)
        request.headers["Content-Type"] = "application/fhir+json"
        request.headers["Accept"] = "application/fhir+json"
        request.headers["Prefer"] = "return=minimal"
        request.headers["X-Request-Id"] = requestID
        request.timeouts = HTTPRequest.Timeouts(idle: 120, total: 300)
        return request
    }

    private func delivered(
        _ request: HTTPRequest, _ lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> HTTPResponse {
        do {
            return try await session.once(request, before: lastLook)
        } catch let error as TransportError {
            guard error.mayHaveArrived else { throw neverArrived(error) }
            throw unknown()
        }
    }

    /// A time-out before anything was sent counts as an unreachable payer.
    private func neverArrived(_ error: TransportError) -> Fault {
        guard error.reason == .timedOut else { return Fault(error, at: session.connection.name) }
        return Fault(TransportError(.unreachable, mayHaveArrived: false), at: session.connection.name)
    }

    private func unknown(_ retryAfterSeconds: Int? = nil) -> Fault {
        Fault(
            .payerUnknownOutcome, .retry, "\(session.connection.name) may or may not have taken a delivery.",
            hint: "It is looked for, and sent again with the same ids if it cannot be found, which does no harm.",
            retryAfterSeconds: retryAfterSeconds)
    }

    private func provesItself(_ response: HTTPResponse) -> Bool {
        (try? session.faults.json(response, "an answer")) != nil
    }
}
