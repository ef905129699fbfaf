import FHIRClient
import Testing

/// TLS that fails at the start, in the middle and at the end (reliability N10).
@Suite("TLS that fails", .enabled(if: TestCertificates.isPossible))
struct TLSFailureTests {
    @Test("a certificate that has expired is not accepted")
    func refusesExpired() async throws {
        let server = try TLSServer(days: -1)

        let error = await #expect(throws: TransportError.self) {
            try await answer(of: server, CurlTransport(trusting(server)))
        }

        #expect(error?.reason == .certificate)
        #expect(error?.mayHaveArrived == false)
    }

    @Test("a server's own certificate, signed by itself, is not accepted")
    func refusesSelfSigned() async throws {
        let server = try TLSServer(["-cert", "ca.pem", "-key", "ca.key"])

        let error = await #expect(throws: TransportError.self) { try await answer(of: server, CurlTransport()) }

        #expect(error?.reason == .certificate)
    }

    @Test("a server that comes back with a certificate of another authority is not accepted")
    func refusesChanged() async throws {
        let first = try TLSServer()
        let transport = CurlTransport(trusting(first))
        let response = try await answer(of: first, transport)
        first.stop()
        let second = try TLSServer(port: first.port)

        let error = await #expect(throws: TransportError.self) { try await answer(of: second, transport) }

        #expect(response.status == 200)
        #expect(error?.reason == .certificate)
    }

    @Test(
        "a body that TLS did not close is not whole",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
            "HTTP/1.1 200 OK\r\n\r\n{}",
        ])
    func provesNothing(answer: String) async throws {
        let server = try AbruptTLSServer(answering: [UInt8](answer.utf8))
        let transport = CurlTransport(TransportOptions(authoritiesPath: server.certificates.authority))

        let response = try? await transport.send(try get(server.base))

        #expect(response?.isProvenComplete != true)
    }

    @Test("a stream that GOAWAY ends before its answer is not answered; one that came whole before is")
    func endsWithGoAway() async throws {
        let refusing = try HTTP2Server(ending: .refusal)
        let leaving = try HTTP2Server(ending: .goodbye)

        let error = await #expect(throws: TransportError.self) {
            try await CurlTransport(TransportOptions(authoritiesPath: refusing.certificates.authority)).send(
                get(refusing.base))
        }
        let response = try await CurlTransport(TransportOptions(authoritiesPath: leaving.certificates.authority)).send(
            get(leaving.base))

        #expect(error?.reason != .malformed)
        #expect(response.body == [UInt8]("{}".utf8) && response.isProvenComplete)
    }

    private func trusting(_ server: TLSServer) -> TransportOptions {
        TransportOptions(authoritiesPath: server.certificates.authority)
    }

    private func answer(of server: TLSServer, _ transport: CurlTransport) async throws -> HTTPResponse {
        try await transport.send(HTTPRequest(.get, try OutboundPolicy(base: server.base).url("/metadata")))
    }
}
