import FHIR
public import Metrics
public import PDex

/// The access token of one server: requested once for all callers, renewed in time, dropped when refused.
///
/// One instance serves one server and one scope set. Tokens are in memory only.
public actor AccessTokens {
    private let discovery: Discovery
    private let keys: any KeyProvider
    private let nonce: @Sendable () -> String
    private let meter: ServerMeter
    private var configuration: SMARTConfiguration?
    private var current: AccessToken?
    private var underway: Task<AccessToken, any Error>?
    private var refusal: (fault: Fault, pause: Pause)?
    /// Whether the server refuses everything when more than the required scopes are requested.
    private var asksLess = false

    private static let refusalSeconds = 60.0

    /// Tokens for `connection`, authorized by `registration`; `nonce` makes a new `jti` at every call, `metrics` counts
    /// the requests.
    public init(
        _ connection: ServerConnection, _ registration: ServerConnection.BackendServices, keys: any KeyProvider,
        transport: any HTTPTransport, clock: any WallClock, metrics: any MetricsFactory = MetricsSystem.factory,
        nonce: @escaping @Sendable () -> String = { RandomBytes.hex(16) }
    ) throws(Fault) {
        let policy = try OutboundPolicy(base: connection.base, allowsPrivateNetwork: connection.allowsPrivateNetwork)
        discovery = Discovery(
            connection: connection, registration: registration, policy: policy, transport: transport, clock: clock)
        self.keys = keys
        self.nonce = nonce
        meter = ServerMeter(host: connection.name, factory: metrics)
    }

    /// A token that is valid for a while. Throws ``PDex/Fault``, and `CancellationError` at once when cancelled.
    func token() async throws -> AccessToken {
        let now = discovery.clock.now()
        if let current, now < current.renewal { return current }
        // A refusal holds for a while: a thousand callers must not repeat it a thousand times.
        if let fault = refusal?.fault, let left = refusal?.pause.left(at: now) { throw fault.asked(again: left) }
        let task = underway ?? started()
        return try await task.valueUnlessCancelled
    }

    /// Forgets a token that the server refused, unless it has been renewed since.
    func drop(_ token: AccessToken) {
        if current == token { current = nil }
    }

    /// Starts the one request that all callers wait for; it does not end with the caller that started it.
    private func started() -> Task<AccessToken, any Error> {
        let task = Task {
            defer { underway = nil }
            do {
                let token = try await obtained()
                current = token
                refusal = nil
                meter.askedForToken(nil)
                return token
            } catch let fault as Fault {
                meter.askedForToken(fault)
                refusal = (fault, Pause(seconds: Self.seconds(ofRefusal: fault), from: discovery.clock.now()))
                throw fault
            }
        }
        underway = task
        return task
    }

    /// Statuses of a server that says when to ask again.
    private static let busyStatuses: [Int?] = [408, 429, 503]

    /// How many seconds a refusal holds: a minute; for a busy server as long as it asked, at most an hour; for one in
    /// other trouble as long as it asked, at most a minute.
    private static func seconds(ofRefusal fault: Fault) -> Double {
        guard fault.disposition == .retry else { return refusalSeconds }
        let asked = Double(fault.retryAfterSeconds ?? 0)
        return busyStatuses.contains(fault.httpStatus) ? asked : min(asked, refusalSeconds)
    }

    private func obtained() async throws -> AccessToken {
        do {
            return try await granted()
        } catch let fault as Fault
            where fault.code == .authInvalidScope && !asksLess && discovery.connection.neededScopes != nil
        {
            asksLess = true
            return try await granted()
        }
    }

    private func granted() async throws -> AccessToken {
        let known = try await discovered(isFresh: false)
        if let token = try await answer(known).token() { return token }
        let renewed = request(try await discovered(isFresh: true))
        guard let token = try await renewed.send(nonce: nonce()).token() else { throw renewed.nowhere }
        return token
    }

    /// Clock differences below this, in milliseconds, cause no refusal: `Date` has whole seconds.
    private static let leastSkew: Int64 = 2000

    /// Asks, and once more when our client is refused and the server's clock is not where it was: an assertion from its
    /// future, or expired there, looks like a wrong key (SBS-23, SBS-36).
    private func answer(_ known: SMARTConfiguration) async throws -> TokenRequest.Answer {
        let answer = try await request(known).send(nonce: nonce())
        guard let skew = answer.skewOfRefusal, abs(skew - known.skew) >= Self.leastSkew else { return answer }
        var corrected = known
        corrected.skew = skew
        configuration = corrected
        return try await request(corrected).send(nonce: nonce())
    }

    private func request(_ configuration: SMARTConfiguration) -> TokenRequest {
        var connection = discovery.connection
        if asksLess, let needed = connection.neededScopes { connection.scopes = needed }
        return TokenRequest(
            connection: connection, registration: discovery.registration, configuration: configuration,
            transport: discovery.transport, keys: keys, clock: discovery.clock)
    }

    private func discovered(isFresh: Bool) async throws -> SMARTConfiguration {
        let now = discovery.clock.now()
        if !isFresh, let configuration,
            now.milliseconds - configuration.fetched.milliseconds < configuration.life
        {
            return configuration
        }
        let found = try await discovery.fetch()
        configuration = found
        return found
    }
}

extension Fault {
    /// The same fault, with its wait shortened to at most `seconds`.
    fileprivate func asked(again seconds: Double) -> Fault {
        Fault(
            code, disposition, message, hint: hint,
            retryAfterSeconds: retryAfterSeconds.map { min($0, Int(seconds.rounded(.up))) }, httpStatus: httpStatus)
    }
}
