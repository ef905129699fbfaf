import FHIR
import FHIRClient
import Serving
import Testing

@testable import Sandbox

@Suite("The token endpoint")
struct TokenEndpointTests {
    let world: TestSandbox
    var peer: TestPeer { world.clinic }

    init() throws {
        world = try TestSandbox { $0.members = 1 }
    }

    @Test(
        "grants a token to the registered client, by either algorithm", arguments: [("es", "ES384"), ("rs", "RS384")])
    func grants(kid: String, algorithm: String) async throws {
        var assertion = peer.assertion()
        assertion.signer = kid
        assertion.header["kid"] = .string(kid)
        assertion.header["alg"] = .string(algorithm)

        let answer = peer.requestToken(peer.fields(try await assertion.signed()))

        #expect(answer.status == 200)
        #expect(answer.json?["token_type"] == "bearer")
        #expect(answer.json?["expires_in"] == 300)
        #expect(answer.json?["scope"] == "system/*.rs")
        #expect((answer.json?["access_token"]?.string ?? "").utf8.count == 43)
        #expect(answer.headers["Cache-Control"] == "no-store")
    }

    @Test("is announced by the discovery document")
    func discovery() {
        let answer = peer.endpoint.answer(ServedRequest("GET", "/fhir/r4/.well-known/smart-configuration"))

        #expect(answer.json?["token_endpoint"]?.string == peer.endpoint.origin.text + "/token")
        #expect(answer.json?["grant_types_supported"] == ["client_credentials"])
        #expect(answer.json?["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"])
        #expect(answer.json?["capabilities"]?.elements.contains("client-confidential-asymmetric") == true)
    }

    /// One way to spoil an assertion.
    struct Spoiling: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let spoil: @Sendable (inout TestAssertion) -> Void

        init(_ description: String, _ spoil: @escaping @Sendable (inout TestAssertion) -> Void) {
            testDescription = description
            self.spoil = spoil
        }
    }

    static let spoilings = [
        Spoiling("the signature is another's") { $0.signer = "stranger" },
        Spoiling("a bit of the signature is changed") { $0.isForged = true },
        Spoiling("the kid is not registered") { $0.header["kid"] = "stranger" },
        Spoiling("there is no kid") { $0.header["kid"] = nil },
        Spoiling("the algorithm is none") { $0.header["alg"] = "none" },
        Spoiling("the algorithm is symmetric") { $0.header["alg"] = "HS384" },
        Spoiling("the algorithm is not the key's") { $0.header["alg"] = "RS384" },
        Spoiling("the type is not JWT") { $0.header["typ"] = "JOSE" },
        Spoiling("it names a key set of its own") { $0.header["jku"] = "https://elsewhere.example/jwks" },
        Spoiling("iss is not the client") { $0.claims["iss"] = "someone" },
        Spoiling("sub is not the client") { $0.claims["sub"] = "someone" },
        Spoiling("there is no iss") { $0.claims["iss"] = nil },
        Spoiling("aud is the FHIR base") {
            $0.claims["aud"] = .string(($0.claims["aud"]?.string ?? "").replacing("/token", with: "/fhir/r4"))
        },
        Spoiling("aud has a slash too many") { $0.claims["aud"] = .string(($0.claims["aud"]?.string ?? "") + "/") },
        Spoiling("it has expired") { $0.claims["exp"] = .number(JSONNumber(1_000)) },
        Spoiling("it lives longer than five minutes") {
            $0.claims["exp"] = .number(JSONNumber(($0.claims["exp"]?.number?.int ?? 0) + 61))
        },
        Spoiling("exp is text") { $0.claims["exp"] = "soon" },
        Spoiling("there is no exp") { $0.claims["exp"] = nil },
        Spoiling("there is no jti") { $0.claims["jti"] = nil },
        Spoiling("it is not valid yet") { $0.claims["nbf"] = $0.claims["exp"] },
    ]

    @Test("refuses an assertion as invalid_client when", arguments: spoilings)
    func refuses(spoiling: Spoiling) async throws {
        var assertion = peer.assertion()
        spoiling.spoil(&assertion)

        let answer = peer.requestToken(peer.fields(try await assertion.signed()))

        #expect(answer.status == 401)
        #expect(answer.json?["error"] == "invalid_client")
        #expect(answer.json?["error_description"]?.string?.isEmpty == false)
    }

    @Test("takes an assertion once and never again while it could be valid")
    func refusesReplay() async throws {
        let assertion = try await peer.assertion().signed()
        let first = peer.requestToken(peer.fields(assertion))

        let second = peer.requestToken(peer.fields(assertion))

        #expect(first.status == 200)
        #expect(second.status == 401)
        #expect(second.json?["error"] == "invalid_client")
    }

    /// One way to spoil the form, and the error it gets.
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let error: String
        let spoil: @Sendable ([(String, String)]) -> [(String, String)]

        init(
            _ description: String, _ error: String,
            _ spoil: @escaping @Sendable ([(String, String)]) -> [(String, String)]
        ) {
            testDescription = description
            self.error = error
            self.spoil = spoil
        }
    }

    private static func without(_ name: String) -> @Sendable ([(String, String)]) -> [(String, String)] {
        { fields in fields.filter { $0.0 != name } }
    }

    private static func with(_ name: String, _ value: String) -> @Sendable ([(String, String)]) -> [(String, String)] {
        { fields in fields.filter { $0.0 != name } + [(name, value)] }
    }

    static let forms = [
        Form("grant_type is missing", "invalid_request", without("grant_type")),
        Form("grant_type is another", "unsupported_grant_type", with("grant_type", "refresh_token")),
        Form("client_assertion_type is missing", "invalid_request", without("client_assertion_type")),
        Form("client_assertion_type is another", "invalid_client", with("client_assertion_type", "urn:x")),
        Form("client_assertion is missing", "invalid_request", without("client_assertion")),
        Form("client_assertion is no JWS", "invalid_client", with("client_assertion", "abc")),
        Form("scope is missing", "invalid_request", without("scope")),
        Form("a field is given twice", "invalid_request") { $0 + [("scope", "system/*.rs")] },
        Form("client_id is another", "invalid_client", with("client_id", "someone")),
        Form("no scope is a system scope", "invalid_scope", with("scope", "openid patient/*.rs")),
        Form("no scope is allowed", "invalid_scope", with("scope", "system/Patient.cud")),
        Form("the scope's letters are out of order", "invalid_scope", with("scope", "system/Patient.sr")),
    ]

    @Test("refuses a form when", arguments: forms)
    func refuses(form: Form) async throws {
        let fields = form.spoil(peer.fields(try await peer.assertion().signed()))

        let answer = peer.requestToken(fields)

        #expect(answer.json?["error"]?.string == form.error)
        #expect(answer.status == (form.error == "invalid_client" ? 401 : 400))
    }

    @Test("refuses what is not a form, and a second way to authenticate")
    func refusesHeaders() async throws {
        let fields = peer.fields(try await peer.assertion().signed())

        let json = peer.requestToken(fields, headers: ["Content-Type": "application/json"])
        let basic = peer.requestToken(
            fields, headers: ["Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic eDp5"])
        let get = peer.send("GET", "/token", token: "")

        #expect(json.json?["error"] == "invalid_request")
        #expect(basic.json?["error"] == "invalid_request")
        #expect(get.status == 405)
    }
}
