import FHIR
import FHIRClient
import PDex
import Serving
import Synchronization

/// Issues tokens to one registered client as SMART backend services require (SMART App Launch 2.2.0), and checks them.
final class AuthorizationServer: Sendable {
    /// What a live token permits.
    struct Grant: Sendable {
        let scopes: [SystemScope]
        /// Scopes of operations.
        let operations: Set<String>
        let expires: Instant

        /// Whether `interaction` on `type` is permitted.
        func permits(_ interaction: SystemScope.Interaction, on type: String) -> Bool {
            scopes.contains { $0.permits(interaction, on: type) }
        }

        /// Throws 403 unless the scope of an operation was granted.
        func require(_ operation: String) throws(Refusal) {
            guard operations.contains(operation) else {
                throw Refusal(403, "forbidden", "The token lacks the scope \(operation).")
            }
        }
    }

    private struct Memory {
        var grants: [String: Grant] = [:]
        /// Used assertions, until they expire.
        var used: [String: Instant] = [:]
    }

    private let client: RegisteredClient
    private let lifetime: Int
    private let clock: any WallClock
    private let memory = Mutex(Memory())

    /// Serves `client`; tokens live for `lifetime` seconds.
    init(client: RegisteredClient, lifetime: Int, clock: any WallClock) {
        self.client = client
        self.lifetime = lifetime
        self.clock = clock
    }

    /// `/.well-known/smart-configuration`.
    func discovery(tokenURL: String) -> ServedAnswer {
        .json(
            200,
            [
                "token_endpoint": .string(tokenURL),
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
                "grant_types_supported": ["client_credentials"],
                "scopes_supported": .array(
                    (client.allowed.map(\.text) + client.operations.sorted()).map { .string($0) }),
                "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
            ], headers: ["Cache-Control": "max-age=300"])
    }

    /// The token endpoint.
    func token(_ request: ServedRequest, tokenURL: String) -> ServedAnswer {
        do throws(TokenError) {
            return try issue(TokenRequest(request), tokenURL: tokenURL)
        } catch {
            return error.answer
        }
    }

    /// The grant behind a request's token. Throws 401 with `WWW-Authenticate` (RFC 6750 §3).
    func grant(for request: ServedRequest) throws(Refusal) -> Grant {
        guard let token = request.bearer else {
            throw Refusal(
                401, "login", "This request needs a bearer token.", headers: ["WWW-Authenticate": "Bearer"])
        }
        let now = clock.now()
        guard let grant = memory.withLock({ $0.grants[token] }), grant.expires > now else {
            throw Refusal(
                401, "login", "The token is not known or has expired.",
                headers: ["WWW-Authenticate": #"Bearer error="invalid_token""#])
        }
        return grant
    }

    /// Makes every token expire at once, as an authorization server that restarts does.
    func revokeAll() {
        memory.withLock { $0.grants.removeAll() }
    }

    private func issue(_ request: TokenRequest, tokenURL: String) throws(TokenError) -> ServedAnswer {
        let now = clock.now()
        let (jti, expires) = try client.authenticate(request.assertion, audience: tokenURL, at: now)
        guard request.clientID ?? client.id == client.id else {
            throw TokenError(.invalidClient, "client_id is not the assertion's")
        }
        let isFresh = memory.withLock { memory in
            memory.used = memory.used.filter { $0.value > now }
            return memory.used.updateValue(expires, forKey: jti) == nil
        }
        guard isFresh else { throw TokenError(.invalidClient, "the assertion's jti was used before") }
        let scopes = request.scopes.compactMap { SystemScope($0)?.limited(to: client.allowed) }
        let operations = client.operations.intersection(request.scopes)
        guard !scopes.isEmpty || !operations.isEmpty else {
            throw TokenError(.invalidScope, "none of the scopes is allowed")
        }
        let token = Base64URL.encode(RandomBytes.bytes(32))
        memory.withLock { memory in
            memory.grants = memory.grants.filter { $0.value.expires > now }
            memory.grants[token] = Grant(
                scopes: scopes, operations: operations, expires: now.adding(milliseconds: Int64(lifetime) * 1_000))
        }
        return .json(
            200,
            [
                "access_token": .string(token), "token_type": "bearer", "expires_in": .number(JSONNumber(lifetime)),
                "scope": .string((scopes.map(\.text) + operations.sorted()).joined(separator: " ")),
            ], headers: ["Cache-Control": "no-store", "Pragma": "no-cache"])
    }
}
