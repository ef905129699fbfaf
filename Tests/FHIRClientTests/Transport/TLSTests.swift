import FHIRClient
import Testing

/// TLS as the transport demands it (SE-01, SBS-31).
@Suite("TLS", .enabled(if: TestCertificates.isPossible))
struct TLSTests {
    @Test("a server is trusted by the configured authority, and by no other")
    func trustsAuthority() async throws {
        let server = try TLSServer()

        let response = try await answer(of: server, TransportOptions(authoritiesPath: server.certificates.authority))
        let error = await #expect(throws: TransportError.self) { try await answer(of: server, TransportOptions()) }

        #expect(response.status == 200)
        #expect(error?.reason == .certificate)
        #expect(error?.mayHaveArrived == false)
    }

    @Test("the configured authorities are in place of the system's: neither its file nor its folder is looked into")
    func asksNoOtherAuthority() throws {
        let server = try TLSServer()
        let request = HTTPRequest(.get, try OutboundPolicy(base: server.base).url("/metadata"))

        let account = CurlAccount.lines(request, TransportOptions(authoritiesPath: server.certificates.authority))

        #expect(account.filter { $0.contains("CAfile") } == ["*  CAfile: \(server.certificates.authority)"])
        #expect(account.filter { $0.contains("CApath") } == ["*  CApath: none"])
    }

    @Test("HTTP/2 is spoken with a server that offers it, and its end of stream proves the body")
    func speaksHTTP2() async throws {
        let server = try HTTP2Server(ending: .endOfStream)
        let options = TransportOptions(authoritiesPath: server.certificates.authority)

        let response = try await CurlTransport(options).send(get(server.base))

        #expect(response.status == 200)
        #expect(response.body == [UInt8]("{}".utf8))
        #expect(response.isProvenComplete)
    }

    @Test(
        "a body over HTTP/2 whose stream does not end, or is reset, is not whole",
        arguments: [HTTP2Server.Ending.reset, .nothing])
    func refusesUnendedStreams(ending: HTTP2Server.Ending) async throws {
        let server = try HTTP2Server(ending: ending)
        let options = TransportOptions(authoritiesPath: server.certificates.authority)

        await #expect(throws: TransportError.self) { try await CurlTransport(options).send(get(server.base)) }
    }

    @Test("files are fetched over HTTP/1.1, even where HTTP/2 is offered")
    func downloadsOverHTTP1() async throws {
        let server = try HTTP2Server(ending: .endOfStream)
        let options = TransportOptions(authoritiesPath: server.certificates.authority)
        var request = try get(server.base)
        request.isDownload = true

        let error = await #expect(throws: TransportError.self) { try await CurlTransport(options).send(request) }

        // The server accepts nothing else.
        #expect(error?.reason == .tls)
    }

    @Test("a certificate for another host is not accepted")
    func checksHost() async throws {
        let server = try TLSServer(host: "DNS:other.example")
        let options = TransportOptions(authoritiesPath: server.certificates.authority)

        let error = await #expect(throws: TransportError.self) { try await answer(of: server, options) }

        #expect(error?.reason == .certificate)
    }

    @Test("TLS 1.1 is not spoken")
    func refusesOldVersions() async throws {
        let server = try TLSServer(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        let options = TransportOptions(authoritiesPath: server.certificates.authority)

        let error = await #expect(throws: TransportError.self) { try await answer(of: server, options) }

        #expect(error?.reason == .tls)
        #expect(error?.mayHaveArrived == false)
    }

    @Test("a server that wants a client certificate is shown the configured one")
    func showsClientCertificate() async throws {
        let server = try TLSServer(["-Verify", "1", "-verify_return_error"])
        let folder = server.certificates.folder.path
        var options = TransportOptions(authoritiesPath: server.certificates.authority)

        await #expect(throws: TransportError.self) { try await answer(of: server, options) }
        options.clientCertificate = .init(certificatePath: folder + "/client.pem", keyPath: folder + "/client.key")
        let response = try await answer(of: server, options)

        #expect(response.status == 200)
    }

    private func answer(of server: TLSServer, _ options: TransportOptions) async throws -> HTTPResponse {
        let request = HTTPRequest(.get, try OutboundPolicy(base: server.base).url("/metadata"))
        return try await CurlTransport(options).send(request)
    }
}
