import FHIRClient
import PDex
import PDexTesting
import Synchronization
import Testing

/// Delivering a bundle to a payer (WR-02, WR-15, WR-16).
@Suite("Submit")
struct SubmitTests {
    private let bundle = [UInt8](#"{"resourceType":"Bundle","type":"transaction"}"#.utf8)

    @Test(
        "a bundle is posted to the base, and whatever is answered comes back",
        arguments: [200, 400, 403, 409, 412, 413, 422, 429, 500, 503, 307])
    func submits(status: Int) async throws {
        let transport = FunctionTransport { _, _ in
            .json(#"{"resourceType":"OperationOutcome"}"#, status: status, headers: ["Retry-After": "3"])
        }

        let answer = try await PayerClient(try session(transport, side: .payer)).submit(
            bundle, requestID: "s1", lastLook: {})

        let request = try #require(transport.requests.first)
        #expect(answer.status == status)
        #expect(answer.retryAfterSeconds == 3)
        #expect(transport.requests.count == 1)
        #expect(request.url.text == AuthorizationServer.base)
        #expect(request.body == bundle)
        #expect(request.headers["Content-Type"] == "application/fhir+json")
        #expect(request.headers["Prefer"] == "return=minimal")
        #expect(request.headers["X-Request-Id"] == "s1")
    }

    @Test(
        "a lost answer is an unknown outcome, a request that cannot have arrived is an unreachable payer",
        arguments: [
            (TransportError(.brokenOff, mayHaveArrived: true), FaultCode.payerUnknownOutcome),
            (TransportError(.timedOut, mayHaveArrived: true), .payerUnknownOutcome),
            (TransportError(.incomplete, mayHaveArrived: true), .payerUnknownOutcome),
            (TransportError(.malformed, mayHaveArrived: true), .payerUnknownOutcome),
            (TransportError(.unreachable, mayHaveArrived: false), .remoteUnreachable),
            (TransportError(.unresolved, mayHaveArrived: false), .remoteUnreachable),
            (TransportError(.timedOut, mayHaveArrived: false), .remoteUnreachable),
            (TransportError(.tls, mayHaveArrived: false), .remoteTLS),
        ])
    func knowsWhatMayHaveArrived(error: TransportError, code: FaultCode) async throws {
        let transport = FunctionTransport { _, _ in throw error }

        let fault = await #expect(throws: Fault.self) {
            try await PayerClient(try session(transport, side: .payer)).submit(bundle, requestID: "s1", lastLook: {})
        }

        #expect(fault?.code == code)
        #expect(fault?.disposition == .retry)
        #expect(transport.requests.count == 1)
    }

    @Test("over the wire, a payer that reads and hangs up leaves the outcome unknown, a closed port does not")
    func knowsOverTheWire() async throws {
        let rude = try Listener { _, _ in .close([]) }
        let half = try Listener { _, _ in .close([UInt8]("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".utf8)) }
        let closed = try Listener { _, _ in .close([]) }
        closed.stop()
        let expected: [(Listener, FaultCode, Int)] = [
            (rude, .payerUnknownOutcome, 1), (half, .payerUnknownOutcome, 1), (closed, .remoteUnreachable, 0),
        ]

        for (server, code, arrived) in expected {
            let client = PayerClient(try session(CurlTransport(), side: .payer, base: server.base))
            let fault = await #expect(throws: Fault.self) {
                try await client.submit(bundle, requestID: "s1", lastLook: {})
            }
            #expect(fault?.code == code)
            #expect(server.received.count == arrived)
        }
    }

    @Test("a refused token is replaced once; a second refusal is a fault")
    func replacesToken() async throws {
        let forgiving = AuthorizationServer().transport { _, number in .json("{}", status: number < 4 ? 401 : 200) }
        let stubborn = AuthorizationServer().transport { _, _ in .json("{}", status: 401) }

        let answer = try await PayerClient(try session(forgiving, side: .payer, isAuthorized: true))
            .submit(bundle, requestID: "s1", lastLook: {})
        let fault = await #expect(throws: Fault.self) {
            try await PayerClient(try session(stubborn, side: .payer, isAuthorized: true)).submit(
                bundle, requestID: "s1", lastLook: {})
        }

        #expect(answer.status == 200)
        #expect(forgiving.requests.last?.body == bundle)
        #expect(fault?.code == .authTokenRefused)
        #expect(stubborn.tokenRequests.count == 2)
    }

    @Test("the last look comes when the token is there, before each request, and what it refuses does not leave")
    func lastLook() async throws {
        let server = AuthorizationServer().transport { _, number in .json("{}", status: number < 4 ? 401 : 200) }
        let client = PayerClient(try session(server, side: .payer, isAuthorized: true))
        let looks = Mutex<[Int]>([])
        let withdrawn = Fault(.consentDenied, .withhold, "withdrawn")

        let fault = await #expect(throws: Fault.self) {
            try await client.submit(bundle, requestID: "s1") {
                looks.withLock { $0.append(server.tokenRequests.count) }
                if looks.withLock({ $0.count }) == 2 { throw withdrawn }
            }
        }

        #expect(fault == withdrawn)
        #expect(looks.withLock { $0 } == [1, 2])
        #expect(server.requests.filter { $0.body == bundle }.count == 1)
    }

    @Test("tokens, assertions and bodies are in no description of anything")
    func hidesSecrets() async throws {
        var request = HTTPRequest(
            .post, try OutboundPolicy(base: AuthorizationServer.base).url("/Patient?name=canary"), body: bundle)
        request.headers["Authorization"] = "Bearer canary"
        let stubborn = AuthorizationServer().transport { _, _ in .json(#"{"access_token":"canary"}"#, status: 401) }
        let client = PayerClient(try session(stubborn, side: .payer, isAuthorized: true))

        let fault = await #expect(throws: Fault.self) { try await client.submit(bundle, requestID: "s1", lastLook: {}) }

        let assertion = try #require(FunctionTransport.form(stubborn.tokenRequests[0])["client_assertion"])
        let told = "\(request) \(HTTPResponse.json("canary")) \(String(describing: fault))"
        #expect(!told.contains("canary"))
        #expect(!told.contains(assertion))
        #expect(!told.contains("t1"))
    }
}
