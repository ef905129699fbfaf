import FHIR
import PDex

/// One request for an access token (SMART Backend Services step 3).
struct TokenRequest: Sendable {
    let connection: ServerConnection
    let registration: ServerConnection.BackendServices
    let configuration: SMARTConfiguration
    let transport: any HTTPTransport
    let keys: any KeyProvider
    let clock: any WallClock

    /// The answer to one request.
    enum Answer {
        case granted(AccessToken)
        /// 404 or 410: the endpoint has moved, and discovery has to be repeated (SBS-07).
        case moved
        /// What the refusal means, and separately what the server says, which is for `pdex auth test` alone.
        case refused(Fault, [ServerRemark], skew: Int64?)

        /// The token; nil when the endpoint has moved. Throws the fault of a refusal.
        func token() throws(Fault) -> AccessToken? {
            switch self {
            case .granted(let token): token
            case .moved: nil
            case .refused(let fault, _, _): throw fault
            }
        }

        /// How far ahead the server's clock is, by the answer that refused our client; nil for every other answer.
        var skewOfRefusal: Int64? {
            guard case .refused(let fault, _, let skew) = self, fault.code == .authInvalidClient else { return nil }
            return skew
        }
    }

    /// Signs a new assertion, posts it, and reads the answer. Throws `auth.scope-not-granted` for a payer.
    func send(nonce: String) async throws -> Answer {
        let key = try await chosenKey()
        let asked = clock.now()
        let assertion = ClientAssertion(
            clientID: registration.clientID, audience: registration.audience ?? configuration.tokenEndpoint.text,
            key: key, issued: asked.adding(milliseconds: configuration.skew), nonce: nonce)
        let signed = try await assertion.signed(by: keys)
        let request = request(carrying: signed)
        let response = try await transport.faulting(connection.name) { try await $0.send(request) }
        if response.status == 404 || response.status == 410 { return .moved }
        guard response.status == 200 else {
            let answered = clock.now()
            let fault = TokenRefusal(connection: connection, key: key).fault(response, now: answered)
            let skew = response.headers["Date"] == nil ? nil : Discovery.skew(response.headers, answered: answered)
            return .refused(fault, ServerRemark.all(in: response, hiding: signed), skew: skew)
        }
        let token = try token(response, asked: asked)
        // Each job needs its own types from a clinic: missing scopes stop only the jobs that name them.
        if connection.side == .payer { try checkScopes(of: token) }
        return .granted(token)
    }

    /// The fault for a token endpoint that discovery names but that does not exist.
    var nowhere: Fault {
        Fault(
            .authDiscovery, .halt, "The token endpoint of \(connection.name) does not exist.",
            hint: "Ask the server's owner: its SMART configuration points to nothing.")
    }

    /// The configured key, or the first that the server verifies. Throws `key.missing`, `auth.method-unsupported`.
    func chosenKey() async throws -> SigningKey {
        let held = try await keys.keys()
        if let kid = registration.keyID, !held.contains(where: { $0.kid == kid }) {
            throw Fault(
                .keyMissing, .halt, "The key \(kid) of \(connection.name) is not in the key folder.",
                hint: "List the keys with  pdex keys list, or make it with  pdex keys new.")
        }
        let wanted = held.filter { registration.keyID == nil || $0.kid == registration.keyID }
        // ES384 before RS384 if the server leaves it open: it is smaller and faster.
        let accepted = configuration.algorithms ?? [.es384, .rs384]
        for algorithm in [SigningAlgorithm.es384, .rs384] where accepted.contains(algorithm) {
            if let key = wanted.first(where: { $0.algorithm == algorithm }) { return key }
        }
        throw Fault(
            .authMethod, .halt, "\(connection.name) verifies none of the algorithms that our keys sign with.",
            hint: "Make a key for \(accepted.map(\.rawValue).joined(separator: " or ")) and register it.")
    }

    private func request(carrying assertion: String) -> HTTPRequest {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", connection.scopes.text(in: configuration.scopeForm)),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ].map { "\($0)=\(PercentEncoding.form($1))" }.joined(separator: "&")
        var request = HTTPRequest(.post, configuration.tokenEndpoint, body: [UInt8](form.utf8))
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.headers["Accept"] = "application/json"
        request.maxBodyBytes = 1 << 20
        request.timeouts = HTTPRequest.Timeouts(idle: 20, total: 30)
        return request
    }

    private func token(_ response: HTTPResponse, asked: Instant) throws -> AccessToken {
        let json = try ResponseFaults(connection).json(response, "the token response")
        // A token is one word of visible ASCII (RFC 6750 §2.1): nothing that could end a header line.
        guard let secret = json["access_token"]?.string, !secret.isEmpty, secret.utf8.count <= 16 << 10,
            secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            json["token_type"]?.string?.lowercased() == "bearer"
        else {
            throw Fault(
                .authInvalidRequest, .halt, "The token response of \(connection.name) has no usable bearer token.",
                hint: "Run  pdex auth test \(connection.name)  and show the server's owner what it says.")
        }
        // A response without scope grants what was asked (RFC 6749 §5.1).
        let scope = json["scope"]?.string ?? connection.scopes.text(in: configuration.scopeForm)
        return AccessToken(secret: secret, asked: asked, seconds: json["expires_in"]?.number?.int, scope: scope)
    }

    /// Refuses a token that allows less than was requested (SBS-33).
    func checkScopes(of token: AccessToken) throws(Fault) {
        let missing = connection.scopes.missing(from: token.scope, in: configuration.scopeForm)
        guard missing.isEmpty else {
            throw Fault(
                .authScopeNotGranted, .halt, "\(connection.name) did not grant \(missing.joined(separator: ", ")).",
                hint:
                    "Have the scopes registered for this client; or take their types out of the jobs, or out of extra-scopes what "
                    + "stands there.")
        }
    }
}
