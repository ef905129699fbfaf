import FHIR
public import Metrics
public import PDex

/// Speaks to one server on behalf of its connection: token, policy, request ids, bounded retries of reads.
public struct ServerSession: Sendable {
    /// Which server.
    public let connection: ServerConnection
    /// Which URLs may be requested.
    let policy: OutboundPolicy
    let clock: any WallClock
    private let transport: any HTTPTransport
    private let tokens: AccessTokens?
    private let retry: ReadRetry
    /// How this server is searched.
    let searchMethod = SearchMethod()
    private let requestID: @Sendable () -> String
    private let limiters: HostLimiters
    private let meter: ServerMeter
    private let waits: @Sendable (_ seconds: Double, _ why: String) -> Void

    /// A session with `connection`. Throws `config.invalid` for a base URL that cannot be used.
    ///
    /// `requestID` makes a new id at every call, for `X-Request-Id` (RD-23). `limiters` are shared by all sessions of
    /// the process, so that two jobs do not ask more of a server than it bears. `metrics` counts requests. `waits` is
    /// called for every longer wait before a request is repeated, with the reason.
    public init(
        _ connection: ServerConnection, keys: any KeyProvider, transport: any HTTPTransport, clock: any WallClock,
        retry: ReadRetry = ReadRetry(), requestID: @escaping @Sendable () -> String = { RandomBytes.hex(16) },
        limiters: HostLimiters = HostLimiters(), metrics: any MetricsFactory = MetricsSystem.factory,
        waits: @escaping @Sendable (_ seconds: Double, _ why: String) -> Void = { _, _ in }
    ) throws(Fault) {
        self.connection = connection
        self.transport = transport
        self.clock = clock
        self.retry = retry
        self.requestID = requestID
        self.waits = waits
        self.limiters = limiters
        meter = ServerMeter(host: connection.name, factory: metrics)
        policy = try OutboundPolicy(
            base: connection.base, tokenOrigins: connection.tokenOrigins, openOrigins: connection.openOrigins,
            allowsPrivateNetwork: connection.allowsPrivateNetwork)
        switch connection.authorization {
        case .none: tokens = nil
        case .backendServices(let registration):
            tokens = try AccessTokens(
                connection, registration, keys: keys, transport: transport, clock: clock, metrics: metrics)
        }
    }

    /// The faults of answers from this server.
    var faults: ResponseFaults { ResponseFaults(connection) }

    /// Those of `types` that were requested but that the token does not allow; empty without a token.
    func withheldTypes(among types: [String]) async throws -> [String] {
        guard let granted = try await tokens?.token().scope else { return [] }
        let missing = connection.scopes.missingTypes(from: granted)
        return types.filter(missing.contains)
    }

    /// Those of `types` that the token does not let us read and search, whether requested or not.
    func unreadableTypes(among types: [String]) async throws -> [String] {
        guard let granted = try await tokens?.token().scope else { return [] }
        let missing = ScopeSet(types: types, letters: [.read, .search]).missingTypes(from: granted)
        return types.filter(missing.contains)
    }

    /// Reads with retries; returns every status except those that ask for another try, once the tries are used up.
    ///
    /// `begin` is called before each request goes out; what it throws is thrown, and nothing more goes out.
    func read(
        _ request: HTTPRequest, _ credential: OutboundPolicy.Credential = .token,
        before begin: () async throws -> Void = {}
    ) async throws -> HTTPResponse {
        try await retrying(request) {
            let response = try await once(request, credential, before: begin)
            try await refuseTransient(response.status, response.headers, of: request)
            return response
        }
    }

    /// Starts a download with retries, which end at the header of an answer that does not ask for another try.
    func stream(_ request: HTTPRequest, _ credential: OutboundPolicy.Credential) async throws -> HTTPStream {
        try await retrying(request) {
            let stream = try await inSlot(of: request, status: \.status) {
                try await authorized(request, credential, status: \.status) { try await transport.stream($0) }
            }
            try await refuseTransient(stream.status, stream.headers, of: request)
            return stream
        }
    }

    /// Asks once; a refused token is replaced once (SBS-37). Throws ``TransportError`` unchanged.
    ///
    /// `begin` is called before each request is sent, once nothing has to be waited for any more.
    func once(
        _ request: HTTPRequest, _ credential: OutboundPolicy.Credential = .token,
        before begin: () async throws -> Void = {}
    ) async throws -> HTTPResponse {
        try await inSlot(of: request, status: \.status) {
            try await authorized(request, credential, status: \.status) {
                try await begin()
                return try await transport.send($0)
            }
        }
    }

    /// Holds one of the server's slots from the request to the answer's end; for a stream, to the end of its header.
    private func inSlot<Answer: Sendable>(
        of request: HTTPRequest, status: (Answer) -> Int, _ ask: () async throws -> Answer
    ) async throws -> Answer {
        let limiter = await limiter(of: request)
        let slot = try await limiter.enter()
        do {
            try await waitOutPause(of: limiter)
            let began = clock.now()
            let answer = try await ask()
            meter.answered(status(answer))
            let isPressed = [429, 503].contains(status(answer))
            let seconds = (clock.now() - began) / .seconds(1)
            await limiter.leave(slot, isPressed ? .pressed : .fine(seconds: seconds))
            return answer
        } catch {
            meter.failed(error)
            await limiter.leave(slot, .none)
            throw error
        }
    }

    private func limiter(of request: HTTPRequest) async -> HostLimiter {
        await limiters.limiter(of: request.url.origin, most: connection.maxConnections)
    }

    /// A server that told one request when to come back is not asked by another before then (RD-21).
    private func waitOutPause(of limiter: HostLimiter) async throws {
        while let seconds = await limiter.pause(at: clock.now()) {
            guard retry.bears(seconds) else { throw faults.paused(seconds) }
            // Waits for as long as the server asked.
            try await clock.sleep(seconds: seconds)
            meter.waited(seconds)
        }
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

    /// A pause of more than an hour is respected only by the request that was told of it, not by others.
    private func refuseTransient(_ status: Int, _ headers: HTTPHeaders, of request: HTTPRequest) async throws {
        let now = clock.now()
        guard let fault = faults.transient(status, headers, now: now) else { return }
        if let seconds = fault.retryAfterSeconds.map({ Double($0) }), seconds <= Pause.longestSeconds {
            await limiter(of: request).pause(seconds: seconds, from: now)
        }
        throw fault
    }

    private func retrying<Answer: Sendable>(
        _ request: HTTPRequest, _ ask: () async throws -> Answer
    ) async throws -> Answer {
        var attempt = 1
        while true {
            let fault: Fault
            do {
                return try await ask()
            } catch let error as TransportError where error.reason == .brokenOff && error.mayHaveArrived {
                // The server took the request: this one may be what breaks it, and others may still be answered.
                fault = faults.incomplete("An answer")
            } catch let error as TransportError {
                fault = Fault(error, at: connection.name)
            } catch let thrown as Fault {
                fault = thrown
            }
            guard fault.disposition == .retry,
                let delay = retry.delay(after: attempt, atLeast: fault.retryAfterSeconds)
            else { throw fault }
            if delay >= Self.shortestWaitTold { await tell(delay, fault, limiter(of: request)) }
            // Waits for the server to recover, or for as long as it asked.
            try await clock.sleep(seconds: delay)
            if fault.retryAfterSeconds != nil { meter.waited(delay) }
            attempt += 1
        }
    }

    /// Shorter waits than this, in seconds, are not reported.
    private static let shortestWaitTold = 2.0

    private func tell(_ seconds: Double, _ fault: Fault, _ limiter: HostLimiter) async {
        let why =
            fault.retryAfterSeconds == nil
            ? "\(connection.name) is in trouble" : "\(connection.name) asks for it (Retry-After)"
        waits(seconds, "\(why); \(await limiter.slots) of \(await limiter.most) slots")
    }
}
