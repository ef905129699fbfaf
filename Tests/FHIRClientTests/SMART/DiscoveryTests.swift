import FHIR
import PDex
import PDexTesting
import Testing

@testable import FHIRClient

/// Finding out how a server gives tokens, and how far its clock is from ours (SBS-01, SBS-07, SBS-23, SBS-36).
@Suite("Discovery")
struct DiscoveryTests {
    private let clock = ManualClock()

    @Test(
        "a server that fails at discovery is asked again when it says, and not before",
        arguments: [500, 501, 503, 507, 599])
    func asksFailingDiscoveryAgain(status: Int) async throws {
        let server = AuthorizationServer()
        let recovering = FunctionTransport { request, number in
            number == 1
                ? .json("<html>", status: status, headers: ["Retry-After": "50"])
                : try await server.transport().send(request)
        }
        let tokens = try AuthorizationServer.tokens(recovering, clock)

        let fault = await #expect(throws: Fault.self) { try await tokens.token() }
        clock.advance(seconds: 49)
        await #expect(throws: Fault.self) { try await tokens.token() }
        #expect(recovering.requests.count == 1)
        clock.advance(seconds: 1)
        let token = try await tokens.token()

        #expect(fault?.code == .remoteFailed)
        #expect(fault?.disposition == .retry)
        #expect(fault?.retryAfterSeconds == 50)
        #expect(token.secret == "t1")
    }

    @Test(
        "an assertion is never from the server's future, however long discovery took and whenever its Date was taken",
        arguments: [(0.0, 25.0), (25.0, 0.0), (0.0, 0.0)], [-90.0, 0.0, 90.0])
    func signsForTheServersPresent(waits: (before: Double, after: Double), ahead: Double) async throws {
        let server = AuthorizationServer()
        let clock = clock
        let transport = FunctionTransport { request, number in
            guard number == 1 else { return try await server.transport().send(request) }
            clock.advance(seconds: waits.before)
            let date = clock.now().adding(milliseconds: Int64(ahead * 1000)).httpDate
            clock.advance(seconds: waits.after)
            return .json(server.configuration, headers: ["Date": date])
        }

        _ = try await AuthorizationServer.tokens(transport, clock).token()

        let claims = try transport.assertions()[0].claims
        let present = Double(clock.now().seconds) + ahead
        #expect(claims["iat"]?.number?.int == Int(present - waits.after))
    }

    @Test(
        "a token endpoint that is not there any more is looked up anew, and asked where it is now",
        arguments: [404, 410])
    func looksUpWhatMoved(status: Int) async throws {
        let before = AuthorizationServer()
        var after = before
        let newURL = AuthorizationServer.base + "/token"
        after.configuration = before.configuration.replacing(AuthorizationServer.tokenURL, with: newURL)
        let transport = FunctionTransport { [after] request, number in
            switch number {
            case 1: try await before.transport().send(request)
            case 2: .json("{}", status: status)
            default: try await after.transport().send(request)
            }
        }

        let token = try await AuthorizationServer.tokens(transport, clock).token()

        #expect(token.secret == "t1")
        #expect(transport.requests.map(\.method) == [.get, .post, .get, .post])
        #expect(transport.tokenRequests.map(\.url.text) == [AuthorizationServer.tokenURL, newURL])
    }

    @Test(
        "a configuration is used for as long as it allows, but for a minute at least and for a day at most",
        arguments: [
            ("max-age=600", "0", 600), ("public, MAX-AGE=\"600\"", "0", 600), ("max-age=900, max-age=600", "0", 600),
            ("max-age=600", "200", 400), ("max-age=600", "700", 60), ("max-age=5", "0", 60), ("max-age=soon", "0", 60),
            ("max-age=99999999999999999999", "0", 86_400), ("max-age=604800", "0", 86_400), ("private", "7", 86_400),
        ] as [(String, String, Double)])
    func life(control: String, age: String, seconds: Double) async throws {
        let transport = Self.briefly(["Cache-Control": control, "Age": age])
        let tokens = try AuthorizationServer.tokens(transport, clock)

        _ = try await tokens.token()
        clock.advance(seconds: seconds - 1)
        _ = try await tokens.token()
        #expect(transport.requests.map(\.method) == [.get, .post, .post])
        clock.advance(seconds: 5)
        _ = try await tokens.token()

        #expect(transport.requests.map(\.method) == [.get, .post, .post, .get, .post])
    }

    @Test(
        "a configuration that nobody may keep is read again for each token",
        arguments: ["no-store", "max-age=600, No-Store", "no-cache"])
    func keepsNothing(control: String) async throws {
        let transport = Self.briefly(["Cache-Control": control])
        let tokens = try AuthorizationServer.tokens(transport, clock)

        _ = try await tokens.token()
        _ = try await tokens.token()
        clock.advance(seconds: 5)
        _ = try await tokens.token()

        #expect(transport.requests.map(\.method) == [.get, .post, .get, .post])
    }

    /// A server whose tokens live for five seconds, and whose configuration comes with those headers.
    private static func briefly(_ headers: HTTPHeaders) -> FunctionTransport {
        var server = AuthorizationServer()
        server.headers = headers
        server.token = .json(
            #"{"access_token": "t1", "token_type": "Bearer", "expires_in": 5, "scope": "system/Encounter.rs"}"#)
        return server.transport()
    }

    @Test("the time that a cached configuration spent in the cache is no difference between clocks")
    func knowsCaches() async throws {
        var server = AuthorizationServer()
        server.headers = ["Date": clock.now().adding(milliseconds: -2_400_000).httpDate, "Age": "2400"]
        let transport = server.transport()

        _ = try await AuthorizationServer.tokens(transport, clock).token()

        let claims = try transport.assertions()[0].claims
        #expect(claims["iat"]?.number?.int == Int(clock.now().seconds))
    }
}
