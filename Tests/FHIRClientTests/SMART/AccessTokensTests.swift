import FHIR
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import FHIRClient

/// Tokens of SMART Backend Services (SBS-01 to SBS-43).
@Suite("Access tokens")
struct AccessTokensTests {
    private let clock = ManualClock()

    @Test(
        "the assertion is signed for the token URL, for four minutes by the server's clock",
        arguments: ["elliptic", "rsa"])
    func signsAssertion(kid: String) async throws {
        var server = AuthorizationServer()
        server.headers = ["Date": clock.now().adding(milliseconds: 90_000).httpDate]
        let transport = server.transport()
        let registration = ServerConnection.BackendServices(clientID: "pdex-client", keyID: kid)

        _ = try await AuthorizationServer.tokens(transport, clock, registration).token()

        let form = FunctionTransport.form(try #require(transport.tokenRequests.first))
        let verifier = JWSVerifier(jwks: try #require(TestKeys.both).publicJWKS())
        let assertion = try verifier.verify(try #require(form["client_assertion"]))
        let seconds = Int(clock.now().seconds) + 90
        #expect(form["grant_type"] == "client_credentials")
        #expect(form["scope"] == "system/Encounter.rs")
        #expect(form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        #expect(form.count == 4)
        #expect(assertion.header["kid"] == .string(kid))
        #expect(assertion.header["typ"] == "JWT")
        #expect(assertion.header["jku"] == nil)
        #expect(assertion.claims["iss"] == "pdex-client")
        #expect(assertion.claims["sub"] == "pdex-client")
        #expect(assertion.claims["aud"] == .string(AuthorizationServer.tokenURL))
        #expect(assertion.claims["iat"]?.number?.int == seconds)
        #expect(assertion.claims["exp"]?.number?.int == seconds + 240)
        #expect(transport.tokenRequests[0].headers["Authorization"] == nil)
    }

    @Test("a thousand callers make one token request")
    func fliesSingly() async throws {
        let transport = AuthorizationServer().transport()
        let tokens = try AuthorizationServer.tokens(transport, clock)

        let secrets = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<1000 { group.addTask { try await tokens.token().secret } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }

        #expect(secrets == ["t1"])
        #expect(transport.tokenRequests.count == 1)
    }

    @Test(
        "whoever waits for a token and is cancelled gives up at once, and the others get it", .timeLimit(.minutes(1)))
    func cancels() async throws {
        let gate = Gate(isOpen: false)
        let server = AuthorizationServer().transport()
        let transport = FunctionTransport { request, _ in
            await gate.pass()
            return try await server.send(request)
        }
        let tokens = try AuthorizationServer.tokens(transport, clock)
        let impatient = Task { try await tokens.token() }
        await gate.arrival()
        let patient = Task { try await tokens.token() }

        impatient.cancel()
        let result = await impatient.result
        gate.open()

        #expect(throws: CancellationError.self) { try result.get() }
        #expect(try await patient.value.secret == "t1")
        #expect(transport.tokenRequests.count == 1)
    }

    @Test("a token is renewed at 80 % of its life, with a new nonce")
    func renewsInTime() async throws {
        let transport = AuthorizationServer().transport()
        let tokens = try AuthorizationServer.tokens(transport, clock)

        _ = try await tokens.token()
        clock.advance(seconds: 239)
        _ = try await tokens.token()
        #expect(transport.tokenRequests.count == 1)
        clock.advance(seconds: 1)
        _ = try await tokens.token()

        #expect(transport.tokenRequests.count == 2)
        #expect(Set(transport.tokenRequests.map { FunctionTransport.form($0)["client_assertion"] }).count == 2)
    }

    @Test("every token request has a nonce of its own: after a failure, after a move, after a renewal (SBS-22)")
    func neverRepeatsNonces() async throws {
        let server = AuthorizationServer()
        let answers = Mutex([503, 404])
        let transport = FunctionTransport { request, _ in
            let status = request.method == .post ? answers.withLock { $0.isEmpty ? nil : $0.removeFirst() } : nil
            return if let status { .json("{}", status: status) } else { try await server.transport().send(request) }
        }
        let tokens = try AuthorizationServer.tokens(transport, clock)

        await #expect(throws: Fault.self) { try await tokens.token() }
        _ = try await tokens.token()
        clock.advance(seconds: 300)
        _ = try await tokens.token()

        let nonces = try transport.assertions().map { $0.claims["jti"]?.string }
        #expect(nonces.count == 4)
        #expect(Set(nonces).count == 4)
        #expect(nonces.allSatisfy { $0?.utf8.count == 32 })
    }

    @Test(
        "a life of zero or of a year is kept between five seconds and an hour",
        arguments: [("0", 4), ("31536000", 2880)])
    func clampsLife(stated: String, seconds: Int) async throws {
        var server = AuthorizationServer()
        server.token = .json(
            #"{"access_token": "t", "token_type": "bearer", "expires_in": \#(stated), "scope": "system/*.rs"}"#)

        let token = try await AuthorizationServer.tokens(server.transport(), clock).token()

        #expect(token.renewal - clock.now() == .seconds(seconds))
    }

    @Test("a payer's token tells what cannot be read back, whether anybody asked for it or not")
    func tellsUnreadableTypes() async throws {
        var server = AuthorizationServer()
        server.token = .json(
            #"""
            {"access_token": "canary", "token_type": "bearer", "expires_in": 300,
            "scope": "system/Encounter.rs system/Patient.cruds system/Condition.cu system/Goal.r"}
            """#)
        let payer = PayerClient(try session(server.transport(), clock, side: .payer, isAuthorized: true))

        let unreadable = try await payer.unreadableTypes(among: ["Patient", "Encounter", "Condition", "Goal"])

        #expect(unreadable == ["Condition", "Goal"])
    }

    @Test("a clinic's token that allows less is kept, and what it withholds is told")
    func tellsWithheldTypes() async throws {
        var server = AuthorizationServer()
        server.token = .json(
            #"{"access_token": "canary", "token_type": "bearer", "expires_in": 300, "scope": "system/Patient.rs"}"#)
        let clinic = ClinicClient(try session(server.transport(), clock, isAuthorized: true))

        let withheld = try await clinic.withheldTypes(among: ["Patient", "Encounter", "Basic"])

        #expect(withheld == ["Encounter"])
    }

    @Test(
        "a refusal names its cause, and is not repeated",
        arguments: [
            ("invalid_client", 401, FaultCode.authInvalidClient), ("unauthorized_client", 400, .authInvalidClient),
            ("invalid_scope", 400, .authInvalidScope), ("invalid_request", 400, .authInvalidRequest),
            ("canary-from-a-hostile-server", 400, .authInvalidRequest),
        ])
    func mapsRefusals(error: String, status: Int, code: FaultCode) async throws {
        var server = AuthorizationServer()
        server.token = .json(#"{"error": "\#(error)", "error_description": "canary"}"#, status: status)
        let transport = server.transport()
        let tokens = try AuthorizationServer.tokens(transport, clock)

        for _ in 0..<3 {
            let fault = await #expect(throws: Fault.self) { try await tokens.token() }
            #expect(fault?.code == code)
            #expect(fault?.disposition == .halt)
            #expect(fault?.description.contains("canary") == false)
        }

        #expect(transport.tokenRequests.count == 1)
    }

    @Test("a server that grants nothing for the sake of a scope that is not needed is asked without it, from then on")
    func asksLess() async throws {
        let (tokens, transport) = try wantingConsents(refused: "system/Consent")

        let token = try await tokens.token()
        await tokens.drop(token)
        _ = try await tokens.token()

        let scopes = transport.tokenRequests.map { FunctionTransport.form($0)["scope"] }
        #expect(
            scopes == [
                "system/Consent.rs system/Encounter.rs", "system/Encounter.rs", "system/Encounter.rs",
            ])
    }

    @Test("and one that refuses what is needed, too, is not asked a third time")
    func refusesLess() async throws {
        let (tokens, transport) = try wantingConsents(refused: "system/")

        for _ in 0..<2 {
            let fault = await #expect(throws: Fault.self) { try await tokens.token() }
            #expect(fault?.code == .authInvalidScope)
        }

        #expect(transport.tokenRequests.count == 2)
    }

    /// Tokens for Encounter, and for Consent if possible, from a server that refuses every request with that scope.
    private func wantingConsents(refused scope: String) throws -> (AccessTokens, FunctionTransport) {
        var server = AuthorizationServer()
        server.unknownScope = scope
        let transport = server.transport()
        let tokens = try AuthorizationServer.tokens(transport, clock) {
            $0.neededScopes = $0.scopes
            $0.scopes.allow("Consent", [.read, .search])
        }
        return (tokens, transport)
    }

    @Test("a token endpoint that is busy is to be asked later", arguments: [429, 503])
    func waitsForBusyEndpoints(status: Int) async throws {
        var server = AuthorizationServer()
        server.token = .json("{}", status: status, headers: ["Retry-After": "17"])
        let transport = server.transport()
        let tokens = try AuthorizationServer.tokens(transport, clock)

        let fault = await #expect(throws: Fault.self) { try await tokens.token() }
        await #expect(throws: Fault.self) { try await tokens.token() }
        #expect(transport.tokenRequests.count == 1)
        clock.advance(seconds: 17)
        await #expect(throws: Fault.self) { try await tokens.token() }

        #expect(fault?.disposition == .retry)
        #expect(fault?.retryAfterSeconds == 17)
        #expect(transport.tokenRequests.count == 2)
    }

    @Test(
        "a busy token endpoint is left alone for as long as it asks, but for an hour at most",
        arguments: [408, 429, 503], [(600, 600), (86_400, 3600)])
    func leavesBusyEndpointsAlone(status: Int, asked: (seconds: Int, kept: Int)) async throws {
        var server = AuthorizationServer()
        server.token = .json("{}", status: status, headers: ["Retry-After": "\(asked.seconds)"])
        let transport = server.transport()
        let tokens = try AuthorizationServer.tokens(transport, clock)

        await #expect(throws: Fault.self) { try await tokens.token() }
        clock.advance(seconds: Double(asked.kept - 1))
        let fault = await #expect(throws: Fault.self) { try await tokens.token() }
        #expect(fault?.retryAfterSeconds == 1)
        #expect(transport.tokenRequests.count == 1)
        clock.advance(seconds: 1)
        await #expect(throws: Fault.self) { try await tokens.token() }

        #expect(transport.tokenRequests.count == 2)
    }

    @Test("a refusal holds for its minute and no longer, though the clock is set back by a day")
    func forgetsRefusals() async throws {
        var server = AuthorizationServer()
        server.token = .json(#"{"error": "invalid_scope"}"#, status: 400)
        let transport = server.transport()
        let tokens = try AuthorizationServer.tokens(transport, clock)

        await #expect(throws: Fault.self) { try await tokens.token() }
        clock.advance(seconds: -86_400)
        await #expect(throws: Fault.self) { try await tokens.token() }
        #expect(transport.tokenRequests.count == 1)
        clock.advance(seconds: 60)
        await #expect(throws: Fault.self) { try await tokens.token() }

        #expect(transport.tokenRequests.count == 2)
    }

    @Test(
        "no assertion is made for an endpoint elsewhere, nor for a server that takes no keys",
        arguments: [
            (AuthorizationServer.tokenURL, "https://evil.example/token", FaultCode.remotePolicy),
            (AuthorizationServer.tokenURL, "https://fhir.example.org:444/token", .remotePolicy),
            (AuthorizationServer.tokenURL, "http://fhir.example.org/token", .remotePolicy),
            ("token_endpoint", "nothing", .authDiscovery),
            ("client_credentials", "authorization_code", .authMethod),
            ("client-confidential-asymmetric", "client-public", .authMethod),
            ("private_key_jwt", "client_secret_basic", .authMethod),
            ("\"ES384\", \"RS384\"", "\"PS256\"", .authMethod),
        ])
    func signsNothingUnasked(old: String, new: String, code: FaultCode) async throws {
        var server = AuthorizationServer()
        server.configuration = server.configuration.replacing(old, with: new)
        let transport = server.transport()
        let tokens = try AuthorizationServer.tokens(transport, clock)

        let fault = await #expect(throws: Fault.self) { try await tokens.token() }

        #expect(fault?.code == code)
        #expect(transport.requests.allSatisfy { $0.method == .get })
    }

    @Test("a pinned token URL on another origin is used when discovery confirms it, and only then")
    func honoursPin() async throws {
        var server = AuthorizationServer()
        server.configuration = server.configuration.replacing(
            AuthorizationServer.tokenURL, with: "https://login.example.org/token")
        let transport = server.transport()
        let pinned = ServerConnection.BackendServices(clientID: "c", tokenURL: "https://login.example.org/token")
        let other = ServerConnection.BackendServices(clientID: "c", tokenURL: "https://login.example.org/token2")

        _ = try await AuthorizationServer.tokens(transport, clock, pinned).token()
        let fault = await #expect(throws: Fault.self) {
            try await AuthorizationServer.tokens(transport, clock, other).token()
        }

        #expect(transport.requests.filter { $0.method == .post }.map(\.url.text) == ["https://login.example.org/token"])
        #expect(fault?.code == .authDiscovery)
    }

    private static let alias = AuthorizationServer.base + "/mtls/token"
    private static let elsewhere = "https://mtls.example.org/token"

    @Test(
        "who shows a certificate asks at the token endpoint for those who do, on the server's origin or as pinned",
        arguments: [
            (true, alias, nil, alias), (true, "/r4/mtls/token", nil, alias), (true, elsewhere, elsewhere, elsewhere),
            (true, alias, AuthorizationServer.tokenURL, AuthorizationServer.tokenURL),
            (true, "", nil, AuthorizationServer.tokenURL), (false, alias, nil, AuthorizationServer.tokenURL),
        ] as [(Bool, String, String?, String)])
    func takesAlias(showsCertificate: Bool, alias: String, pinned: String?, asked: String) async throws {
        let transport = Self.server(withAlias: alias).transport()
        let registration = ServerConnection.BackendServices(clientID: "pdex-client", tokenURL: pinned)
        let tokens = try AuthorizationServer.tokens(transport, clock, registration) {
            $0.showsCertificate = showsCertificate
        }

        _ = try await tokens.token()

        let assertion = try #require(try transport.assertions().first)
        #expect(transport.tokenRequests.map(\.url.text) == [asked])
        #expect(assertion.claims["aud"] == .string(asked))
    }

    @Test(
        "an endpoint for those who show a certificate is not followed where no token endpoint would be",
        arguments: [
            (elsewhere, nil, .remotePolicy), ("http://fhir.example.org/token", nil, .remotePolicy),
            (alias, elsewhere, .authDiscovery),
        ] as [(String, String?, FaultCode)])
    func confinesAlias(alias: String, pinned: String?, code: FaultCode) async throws {
        let transport = Self.server(withAlias: alias).transport()
        let registration = ServerConnection.BackendServices(clientID: "pdex-client", tokenURL: pinned)
        let tokens = try AuthorizationServer.tokens(transport, clock, registration) { $0.showsCertificate = true }

        let fault = await #expect(throws: Fault.self) { try await tokens.token() }

        #expect(fault?.code == code)
        #expect(transport.tokenRequests.isEmpty)
    }

    /// A server with another token endpoint for clients that show a certificate.
    private static func server(withAlias alias: String) -> AuthorizationServer {
        var server = AuthorizationServer()
        server.configuration = server.configuration.replacing(
            "{\"token_endpoint\"",
            with: "{\"mtls_endpoint_aliases\": {\"token_endpoint\": \"\(alias)\"}, \"token_endpoint\"")
        return server
    }

    @Test("a relative endpoint is resolved")
    func toleratesOldServers() async throws {
        var server = AuthorizationServer()
        server.configuration = server.configuration.replacing(AuthorizationServer.tokenURL, with: "/token")
        let transport = server.transport()

        _ = try await AuthorizationServer.tokens(transport, clock).token()

        #expect(transport.tokenRequests.first?.url.text == AuthorizationServer.tokenURL)
    }

    @Test(
        "scopes are written as v2 where the server advertises permission-v2, as v1 anywhere else, or as configured",
        arguments: [
            (#""permission-v1", "permission-v2""#, nil, "system/Encounter.rs"),
            (#""permission-v2""#, nil, "system/Encounter.rs"), (#""permission-v1""#, nil, "system/Encounter.read"),
            (#""permission-offline""#, nil, "system/Encounter.read"),
            (#""permission-offline""#, .v2, "system/Encounter.rs"),
            (#""permission-v2""#, .v1, "system/Encounter.read"),
        ] as [(String, ScopeForm?, String)])
    func writesScopesAsAdvertised(advertised: String, configured: ScopeForm?, scope: String) async throws {
        var server = AuthorizationServer()
        server.configuration = server.configuration.replacing(#""permission-v2""#, with: advertised)
        let transport = server.transport()
        let registration = ServerConnection.BackendServices(clientID: "c", scopeForm: configured)

        _ = try await AuthorizationServer.tokens(transport, clock, registration).token()

        #expect(FunctionTransport.form(try #require(transport.tokenRequests.first))["scope"] == scope)
    }

    @Test(
        "a token that could break a header, or is none, is refused",
        arguments: [#""a\r\nX: y""#, #""""#, #""a b""#, "7", #""é""#])
    func refusesOddTokens(token: String) async throws {
        var server = AuthorizationServer()
        server.token = .json(#"{"access_token": \#(token), "token_type": "bearer", "scope": "system/*.rs"}"#)
        let tokens = try AuthorizationServer.tokens(server.transport(), clock)

        await #expect(throws: Fault.self) { try await tokens.token() }
    }

    @Test("the probe tells each step up to the one that fails")
    func probes() async throws {
        let keys = try #require(TestKeys.both)
        var refusing = AuthorizationServer()
        refusing.token = .json(#"{"error": "invalid_client"}"#, status: 401)
        let connection = AuthorizationServer.connection()

        let good = try await AuthProbe(
            connection, AuthorizationServer.registration, keys: keys, transport: AuthorizationServer().transport(),
            clock: clock
        ).run()
        let bad = try await AuthProbe(
            connection, AuthorizationServer.registration, keys: keys, transport: refusing.transport(), clock: clock
        ).run()

        #expect(good.map(\.name) == ["keys", "SMART configuration", "signing key", "token and scopes"])
        #expect(good.last?.verdict == .passed("system/Encounter.rs"))
        #expect(bad.count == 4)
        #expect(bad.prefix(3).map(\.verdict) == good.prefix(3).map(\.verdict))
        #expect(bad.last?.verdict != good.last?.verdict)
    }
}
