import FHIR
import PDex
import PDexTesting
import Testing

@testable import FHIRClient

/// What SMART Backend Services and asymmetric authentication require of a client, line by line.
@Suite("Backend Services")
struct BackendServicesTests {
    private let clock = ManualClock()
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("discovery and token requests say that they take JSON (SBS-01)")
    func acceptsJSON() async throws {
        let transport = AuthorizationServer().transport()

        _ = try await AuthorizationServer.tokens(transport, clock).token()

        #expect(transport.requests.map { $0.headers["Accept"] } == ["application/json", "application/json"])
    }

    @Test(
        "the key is the first that the server verifies; ES384 before RS384 where it leaves that open (SBS-06)",
        arguments: [
            (#"["RS384"]"#, "RS384"), (#"["ES384", "RS384"]"#, "ES384"), (#"["RS256", "RS384", "PS512"]"#, "RS384"),
            (nil, "ES384"),
        ] as [(String?, String)])
    func choosesKey(stated: String?, algorithm: String) async throws {
        var server = AuthorizationServer()
        let stating = #""token_endpoint_auth_signing_alg_values_supported": "#
        server.configuration =
            stated.map { server.configuration.replacing(stating + #"["ES384", "RS384"]"#, with: stating + $0) }
            ?? server.configuration.replacing("token_endpoint_auth_signing_alg_values_supported", with: "x")
        let transport = server.transport()

        _ = try await AuthorizationServer.tokens(transport, clock).token()

        #expect(try transport.assertions().map { $0.header["alg"] } == [.string(algorithm)])
    }

    @Test("an assertion and its form have these members and no other, as in the worked example (SBS-19 … SBS-32)")
    func wholeAssertion() async throws {
        let transport = AuthorizationServer().transport()
        let connection = AuthorizationServer.connection()
        let tokens = try AccessTokens(
            connection, AuthorizationServer.registration, keys: try #require(TestKeys.both), transport: transport,
            clock: clock, nonce: { "5b7fd0f8" })

        _ = try await tokens.token()

        let assertion = try #require(try transport.assertions().first)
        let now = Int(clock.now().milliseconds / 1000)
        let kid = try #require(assertion.header["kid"]?.string)
        #expect(assertion.header == ["alg": "ES384", "kid": .string(kid), "typ": "JWT"])
        #expect(
            assertion.claims == [
                "iss": "pdex-client", "sub": "pdex-client", "aud": .string(AuthorizationServer.tokenURL),
                "iat": .number(JSONNumber(now)), "exp": .number(JSONNumber(now + 240)), "jti": "5b7fd0f8",
            ])
        var form = FunctionTransport.form(try #require(transport.tokenRequests.first))
        #expect(form.removeValue(forKey: "client_assertion")?.split(separator: ".").count == 3)
        #expect(
            form == [
                "grant_type": "client_credentials", "scope": "system/Encounter.rs",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ])
    }

    @Test("a coordinate that begins with 00 is published with all of its 48 bytes, and read again (SBS-12)")
    func padsCoordinates() throws {
        let candidates = (0..<10_000).lazy.compactMap { _ in OpenSSLKey(generating: .es384) }
        let key = try #require(candidates.first { $0.point()?.x.first == 0 })

        let published = JWK.publicKey(key, kid: "k")

        let read = try #require(JWK.key(published, isPrivate: false))
        let signature = try #require(key.sign([1, 2, 3]))
        let text = try #require(published["x"]?.string)
        #expect(text.utf8.count == 64)
        #expect(Base64URL.decode(text)?.count == 48)
        #expect(text.hasPrefix("A"))
        #expect(read.verifies(signature, of: [1, 2, 3]))
    }

    @Test("two files of one kid are refused (SBS-13)")
    func refusesTwins() throws {
        try KeyGenerator.generate(kid: "twin", algorithm: .es384, into: folder.path)
        try folder.write("twin.key", try folder.read("twin.pem"))

        let fault = #expect(throws: Fault.self) { try KeyFolder(path: folder.path) }

        #expect(fault?.code == .keyUnusable)
        #expect(fault?.message.contains("twin") == true)
    }

    @Test(
        "what a server does not list among its scopes is asked for all the same, since its list need not be whole (SBS-05)"
    )
    func asksBeyondTheList() async throws {
        var server = AuthorizationServer()
        server.configuration = server.configuration.replacing(
            #""capabilities""#, with: #""scopes_supported": ["openid", "system/Patient.rs"], "capabilities""#)
        let transport = server.transport()

        _ = try await AuthorizationServer.tokens(transport, clock).token()

        #expect(FunctionTransport.form(try #require(transport.tokenRequests.first))["scope"] == "system/Encounter.rs")
    }

    @Test(
        "a successor is published beside the old key, and the one that the configuration names signs (SBS-16, SBS-17)",
        arguments: ["elliptic", "rsa"])
    func signsByName(kid: String) async throws {
        let transport = AuthorizationServer().transport()
        let registration = ServerConnection.BackendServices(clientID: "pdex-client", keyID: kid)

        _ = try await AuthorizationServer.tokens(transport, clock, registration).token()

        #expect(try transport.assertions().map { $0.header["kid"] } == [.string(kid)])
        let published = try #require(TestKeys.both).publicJWKS()["keys"]?.elements ?? []
        #expect(published.compactMap { $0["kid"]?.string } == ["elliptic", "rsa"])
    }

    @Test("aud is the token URL unless the configuration says otherwise (SBS-25)")
    func overridesAudience() async throws {
        let base = AuthorizationServer.base
        let transport = AuthorizationServer().transport()
        let registration = ServerConnection.BackendServices(clientID: "c", audience: base)

        _ = try await AuthorizationServer.tokens(transport, clock).token()
        _ = try await AuthorizationServer.tokens(transport, clock, registration).token()

        let audiences = try transport.assertions().map { $0.claims["aud"]?.string }
        #expect(audiences == [AuthorizationServer.tokenURL, base])
    }

    @Test("a refresh token is ignored: the next token is asked for with an assertion again (SBS-35)")
    func ignoresRefreshTokens() async throws {
        var server = AuthorizationServer()
        server.token = .json(
            #"{"access_token": "t1", "token_type": "Bearer", "expires_in": 300, "refresh_token": "r-secret"}"#)
        let transport = server.transport()
        let tokens = try AuthorizationServer.tokens(transport, clock)

        _ = try await tokens.token()
        clock.advance(seconds: 300)
        _ = try await tokens.token()

        let forms = transport.tokenRequests.map { FunctionTransport.form($0) }
        #expect(forms.map { $0["grant_type"] } == ["client_credentials", "client_credentials"])
        #expect(forms.allSatisfy { !$0.values.contains { $0.contains("r-secret") } && $0["refresh_token"] == nil })
    }

    @Test("a scope with a query takes the place of the plain one, and an operation's comes beside (SBS-44, SBS-47)")
    func asksVerbatim() {
        var scopes = ScopeSet(types: ["Observation", "Patient"], letters: [.read, .search])
        let operation = "http://hl7.org/fhir/us/davinci-pdex/OperationDefinition/BulkMemberMatch"

        scopes.ask("system/Observation.rs?category=laboratory")
        scopes.ask(operation)

        #expect(
            scopes.text(in: .v2) == "\(operation) system/Observation.rs?category=laboratory system/Patient.rs")
        #expect(scopes.missing(from: "system/Patient.rs", in: .v2).count == 2)
        #expect(scopes.missing(from: scopes.text(in: .v2), in: .v2) == [])
    }

    @Test("a client that is refused is asked for once more when the server's clock has moved, and by that clock")
    func measuresAgain() async throws {
        let clock = clock
        let server = AuthorizationServer()
        let refusal = HTTPResponse.json(
            #"{"error": "invalid_client"}"#, status: 401,
            headers: ["Date": clock.now().adding(milliseconds: -600_000).httpDate])
        let transport = FunctionTransport { request, number in
            request.method == .post && number == 2 ? refusal : try await server.transport().send(request)
        }
        let tokens = try AuthorizationServer.tokens(transport, clock)

        let token = try await tokens.token()

        let claims = try transport.assertions().map(\.claims)
        #expect(token.secret == "t1")
        #expect(claims.map { $0["iat"]?.number?.int } == [0, -600].map { Int(clock.now().seconds) + $0 })
        #expect(Set(claims.map { $0["jti"]?.string }).count == 2)
    }

    @Test(
        "a refusal is not met with another try when the clock is where it was, or nobody knows",
        arguments: [0, 1000, nil] as [Int64?])
    func doesNotKnockAgain(milliseconds: Int64?) async throws {
        var server = AuthorizationServer()
        var headers: HTTPHeaders = [:]
        headers["Date"] = milliseconds.map { clock.now().adding(milliseconds: $0).httpDate }
        server.token = .json(#"{"error": "invalid_client"}"#, status: 401, headers: headers)
        let transport = server.transport()

        await #expect(throws: Fault.self) { try await AuthorizationServer.tokens(transport, clock).token() }

        #expect(transport.tokenRequests.count == 1)
    }

    @Test("a refusal that goes on by the new clock is one: nobody is asked a third time")
    func asksTwiceAtMost() async throws {
        let clock = clock
        let server = AuthorizationServer()
        let transport = FunctionTransport { request, number in
            guard request.method == .post else { return try await server.transport().send(request) }
            let date = clock.now().adding(milliseconds: Int64(number) * 60_000).httpDate
            return .json(#"{"error": "invalid_client"}"#, status: 401, headers: ["Date": date])
        }

        let fault = await #expect(throws: Fault.self) {
            try await AuthorizationServer.tokens(transport, clock).token()
        }

        #expect(fault?.code == .authInvalidClient)
        #expect(transport.tokenRequests.count == 2)
    }
}
