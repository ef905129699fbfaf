import FHIR
import PDex
import PDexTesting
import Testing

@testable import FHIRClient

/// An authorization server and a FHIR server in one function, as far as the tests of SMART need them.
struct AuthorizationServer: Sendable {
    static let base = "https://fhir.example.org/r4"
    static let tokenURL = "https://fhir.example.org/token"

    var configuration = """
        {"token_endpoint": "\(tokenURL)", "grant_types_supported": ["client_credentials"],
         "capabilities": ["client-confidential-asymmetric", "permission-v2"],
         "token_endpoint_auth_methods_supported": ["private_key_jwt"],
         "token_endpoint_auth_signing_alg_values_supported": ["ES384", "RS384"]}
        """
    var token = HTTPResponse.json(
        #"{"access_token": "t1", "token_type": "Bearer", "expires_in": 300, "scope": "system/Encounter.rs"}"#)
    var headers: HTTPHeaders = [:]
    /// A scope for which it refuses everything.
    var unknownScope: String?

    /// Answers requests for the configuration and for tokens.
    func transport(
        _ others: @escaping @Sendable (HTTPRequest, Int) async throws -> HTTPResponse = { _, _ in
            .json("{}", status: 404)
        }
    ) -> FunctionTransport {
        FunctionTransport { request, number in
            if request.url.text.hasSuffix("/.well-known/smart-configuration") {
                return .json(configuration, headers: headers)
            }
            guard request.method == .post, request.url.text.hasSuffix("/token") else {
                return try await others(request, number)
            }
            if let unknownScope, FunctionTransport.form(request)["scope"]?.contains(unknownScope) == true {
                return .json(#"{"error": "invalid_scope"}"#, status: 400)
            }
            return token
        }
    }

    static func connection(_ registration: ServerConnection.BackendServices = registration) -> ServerConnection {
        ServerConnection(
            name: "clinic0", side: .clinic, base: base, authorization: .backendServices(registration),
            scopes: ScopeSet(types: ["Encounter"], letters: [.read, .search]))
    }

    static let registration = ServerConnection.BackendServices(clientID: "pdex-client")

    /// The tokens that a client of this server uses.
    static func tokens(
        _ transport: FunctionTransport, _ clock: ManualClock,
        _ registration: ServerConnection.BackendServices = registration,
        changing change: (inout ServerConnection) -> Void = { _ in }
    ) throws -> AccessTokens {
        let keys = try #require(TestKeys.both)
        var connection = connection(registration)
        change(&connection)
        return try AccessTokens(connection, registration, keys: keys, transport: transport, clock: clock)
    }
}

extension FunctionTransport {
    /// The requests that were made to the token endpoint.
    var tokenRequests: [HTTPRequest] { requests.filter { $0.url.text.hasSuffix("/token") } }

    /// The assertions that were posted to the token endpoint, verified, in order.
    func assertions() throws -> [JWSVerifier.Verified] {
        let verifier = JWSVerifier(jwks: try #require(TestKeys.both).publicJWKS())
        return try tokenRequests.map { request in
            try verifier.verify(try #require(Self.form(request)["client_assertion"]))
        }
    }

    /// The fields of the form in a token request.
    static func form(_ request: HTTPRequest) -> [String: String] {
        let pairs = String(decoding: request.body ?? [], as: UTF8.self).split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            return parts.count == 2 ? PercentEncoding.decoded(parts[1]).map { (String(parts[0]), $0) } : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
