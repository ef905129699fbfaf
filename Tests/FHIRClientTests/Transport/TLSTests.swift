import FHIRClient
import Testing

/// TLS as the transport demands it (SE-01, SBS-31).
@Suite("TLS", .enabled(if: TLSServer.isPossible))
struct TLSTests {
    @Test("a server is trusted by the configured authority, and by no other")
    func trustsAuthority() async throws {
        let server = try TLSServer()

        let response = try await answer(of: server, TransportOptions(authoritiesPath: server.folder.path + "/ca.pem"))
        let error = await #expect(throws: TransportError.self) { try await answer(of: server, TransportOptions()) }

        #expect(response.status == 200)
        #expect(error?.reason == .certificate)
        #expect(error?.mayHaveArrived == false)
    }

    @Test("a certificate for another host is not accepted")
    func checksHost() async throws {
        let server = try TLSServer(host: "DNS:other.example")
        let options = TransportOptions(authoritiesPath: server.folder.path + "/ca.pem")

        let error = await #expect(throws: TransportError.self) { try await answer(of: server, options) }

        #expect(error?.reason == .certificate)
    }

    @Test("TLS 1.1 is not spoken")
    func refusesOldVersions() async throws {
        let server = try TLSServer(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        let options = TransportOptions(authoritiesPath: server.folder.path + "/ca.pem")

        let error = await #expect(throws: TransportError.self) { try await answer(of: server, options) }

        #expect(error?.reason == .tls)
        #expect(error?.mayHaveArrived == false)
    }

    @Test("a server that wants a client certificate is shown the configured one")
    func showsClientCertificate() async throws {
        let server = try TLSServer(["-Verify", "1", "-verify_return_error"])
        let folder = server.folder.path
        var options = TransportOptions(authoritiesPath: folder + "/ca.pem")

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
