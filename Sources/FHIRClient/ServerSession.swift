import FHIR
public import PDex

/// Speaks to one server on behalf of its connection: token, policy, request ids, bounded retries of reads.
public struct ServerSession: Sendable {
    /// Which server.
    public let connection: ServerConnection
    /// Which URLs may be asked.
    let policy: OutboundPolicy
    let clock: any WallClock
    private let transport: any HTTPTransport
    private let tokens: AccessTokens?
    private let retry: ReadRetry
    /// How this server is searched.
    let searchMethod = SearchMethod()
    private let requestID: @Sendable () -> String

    /// A session with `connection`. Throws `config.invalid` for a base URL that cannot be used.
    ///
    /// `requestID` makes a new id at every call, for `X-Request-Id` (RD-23).
    public init(
        _ connection: ServerConnection, keys: any KeyProvider, transport: any HTTPTransport, clock: any WallClock,
        retry: ReadRetry = ReadRetry(), requestID: @escaping @Sendable () -> String = { RandomBytes.hex(16) }
    ) throws(Fault) {
        self.connection = connection
        self.transport = transport
        self.clock = clock
        self.retry = retry
        self.requestID = requestID
        policy = try OutboundPolicy(
            base: connection.base, tokenOrigins: connection.tokenOrigins, openOrigins: connection.openOrigins,
            allowsPrivateNetwork: connection.allowsPrivateNetwork)
        switch connection.authorization {
        case .none: tokens = nil
        case .backendServices(let registration):
            tokens = try AccessTokens(connection, registration, keys: keys, transport: transport, clock: clock)
        }
    }

    /// The faults of answers from this server.
    var faults: ResponseFaults { ResponseFaults(connection) }

    /// Reads with retries; returns every status except those that ask for another try, once the tries are used up.
    func read(_ request: HTTPRequest, _ credential: OutboundPolicy.Credential = .token) async throws -> HTTPResponse {
        try await retrying {
            let response = try await authorized(request, credential, status: \.status) { try await transport.send($0) }
            try refuseTransient(response.status, response.headers)
            return response
        }
    }

    /// Starts a download with retries, which end once the header of a lasting answer is there.
    func stream(_ request: HTTPRequest, _ credential: OutboundPolicy.Credential) async throws -> HTTPStream {
        try await retrying {
            let stream = try await authorized(request, credential, status: \.status) { try await transport.stream($0) }
            try refuseTransient(stream.status, stream.headers)
            return stream
        }
    }

    /// Asks once; a refused token is replaced once (SBS-37). Throws ``TransportError`` as it comes.
    func once(_ request: HTTPRequest, _ credential: OutboundPolicy.Credential = .token) async throws -> HTTPResponse {
        try await authorized(request, credential, status: \.status) { try await transport.send($0) }
    }

    private func authorized<Answer: Sendable>(
        _ request: HTTPRequest, _ credential: OutboundPolicy.Credential, status: (Answer) -> Int,
        _ send: (HTTPRequest) async throws -> Answer
    ) async throws -> Answer {
        var request = request
        if request.headers["X-Request-Id"] == nil { request.headers["X-Request-Id"] = requestID() }
        guard credential == .token, let tokens else { return try await send(request) }
        let token = try await tokens.token()
        request.headers["Authorization"] = "Bearer \(token.secret)"
        let answer = try await send(request)
        guard status(answer) == 401 else { return answer }
        await tokens.drop(token)
        request.headers["Authorization"] = "Bearer \(try await tokens.token().secret)"
        return try await send(request)
    }

    private func refuseTransient(_ status: Int, _ headers: HTTPHeaders) throws(Fault) {
        if let fault = faults.transient(status, headers, now: clock.now()) { throw fault }
    }

    private func retrying<Answer: Sendable>(_ ask: () async throws -> Answer) async throws -> Answer {
        var attempt = 1
        while true {
            let fault: Fault
            do {
                return try await ask()
            } catch let error as TransportError {
                fault = Fault(error, at: connection.name)
            } catch let thrown as Fault {
                fault = thrown
            }
            guard fault.disposition == .retry,
                let delay = retry.delay(after: attempt, atLeast: fault.retryAfterSeconds)
            else { throw fault }
            // Waits for the server to recover, or for as long as it asked.
            try await clock.sleep(seconds: delay)
            attempt += 1
        }
    }
}
