import PDex
import PDexTesting
import Testing

@testable import FHIRClient

/// Which URLs get through, and with what (architecture invariant 11; reliability T1, T2).
@Suite("Outbound policy")
struct OutboundPolicyTests {
    private static let base = "https://fhir.example.org/r4"

    @Test(
        "a URL of the server's own origin gets through unchanged",
        arguments: [
            "https://fhir.example.org/r4?_getpages=a%20b|c", "HTTPS://FHIR.example.org:443/other",
            "https://fhir.example.org",
        ])
    func permits(url: String) throws {
        let policy = try OutboundPolicy(base: Self.base)

        #expect(try policy.vet(url, from: "the next link", with: .token).text == url)
    }

    @Test(
        "a URL that leads anywhere else, or that two parsers could read differently, does not",
        arguments: [
            "https://fhir.example.org:8443/r4", "http://fhir.example.org/r4", "https://clinic@evil.example/",
            "https://fhir.example.org@evil.example/", "https://fhir.example.org./r4", "//evil.example/r4",
            #"https://fhir.example.org\@evil.example/"#, #"\\evil.example"#,
            "https://fhir.example.org%00.evil.example/",
            "https://xn--fhr-example-l9a.org/", "https://fhír.example.org/", "https://[::ffff:127.0.0.1]/",
            "https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://0177.0.0.1/",
            "https://169.254.169.254/",
            "https://10.0.0.1/", "https://evil.example#fhir.example.org", "https://fhir.example.org#@evil.example",
            "file:///etc/passwd", "ftp://fhir.example.org/", "https:/fhir.example.org/", "https:fhir.example.org",
            "https://fhir.example.org :443/", "https://fhir.example.org\r\nX: y/", "https://fhir.example.org:/",
            "https://fhir.example.org:0443/", "https://fhir.example.org:65536/", "/r4?page=2", "", "https://",
            "https:///r4",
            "https://fhir.example.org.evil.example/", "https://[::1/", "https://[::1]x/", "https://[fe80::1%25eth0]/",
        ])
    func refuses(url: String) throws {
        let policy = try OutboundPolicy(base: Self.base)

        let fault = #expect(throws: Fault.self) { try policy.vet(url, from: "the next link", with: .none) }
        #expect(fault?.code == .remotePolicy)
    }

    @Test("an origin for files is for requests without a token only")
    func separatesOrigins() throws {
        let policy = try OutboundPolicy(base: Self.base, openOrigins: ["https://files.example.org"])

        #expect(
            try policy.vet("https://files.example.org/1", from: "the manifest", with: .none).host == "files.example.org"
        )
        #expect(throws: Fault.self) {
            try policy.vet("https://files.example.org/1", from: "the manifest", with: .token)
        }
    }

    @Test(
        "http is for this machine only, and private addresses have to be configured",
        arguments: [
            "http://fhir.example.org", "https://169.254.1.1", "https://user@fhir.example.org", "fhir.example.org", "",
        ])
    func refusesBases(base: String) {
        let fault = #expect(throws: Fault.self) { try OutboundPolicy(base: base) }
        #expect(fault?.code == .configInvalid)
    }

    @Test("a private base reaches private addresses, and a public one does not reach this machine")
    func derivesReach() throws {
        let inside = try OutboundPolicy(base: "https://10.1.2.3/r4", openOrigins: ["https://192.168.1.1"])

        #expect(try inside.vet("https://192.168.1.1/f", from: "the manifest", with: .none).port == 443)
        #expect(throws: Fault.self) { try OutboundPolicy(base: Self.base, openOrigins: ["https://127.0.0.1"]) }
    }

    @Test(
        "an address outside the reach is refused after resolution, before anything is sent",
        arguments: [NetworkReach.publicNetwork, .privateNetwork])
    func checksResolvedAddress(reach: NetworkReach) async throws {
        // Bypasses the policy, like a name that resolves to a public address first and to this machine later.
        let server = try Listener { _, _ in .ok("{}") }
        let url = try OutboundURL(parsing: server.base, reach: reach)

        let error = await #expect(throws: TransportError.self) {
            try await CurlTransport().send(HTTPRequest(.get, url))
        }

        #expect(error?.reason == .forbiddenAddress)
        #expect(error?.mayHaveArrived == false)
        #expect(server.received.isEmpty)
    }

    @Test(
        "addresses are sorted into networks, IPv4 inside IPv6 too",
        arguments: [
            ("127.0.0.1", IPAddress.Network.loopback), ("::1", .loopback), ("::ffff:127.0.0.1", .loopback),
            ("10.1.2.3", .privateNetwork), ("172.31.0.1", .privateNetwork), ("172.32.0.1", .publicNetwork),
            ("192.168.0.1", .privateNetwork), ("100.64.0.1", .privateNetwork), ("fd00::1", .privateNetwork),
            ("64:ff9b::a00:1", .privateNetwork), ("2002:a00:1::", .privateNetwork), ("169.254.169.254", .forbidden),
            ("::ffff:169.254.169.254", .forbidden), ("fe80::1", .forbidden), ("0.0.0.0", .forbidden),
            ("::", .forbidden),
            ("224.0.0.1", .forbidden), ("255.255.255.255", .forbidden), ("::7f00:1", .forbidden),
            ("ff02::1", .forbidden),
            ("8.8.8.8", .publicNetwork), ("2606:4700::1", .publicNetwork),
        ])
    func sortsAddresses(text: String, network: IPAddress.Network) throws {
        #expect(try #require(IPAddress(literal: text)).network == network)
    }
}
