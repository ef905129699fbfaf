import PDexTesting
import Testing

@testable import FHIRClient

/// Proxies of the site, as the environment names them.
@Suite("Proxies")
struct ProxyTests {
    private let settings = ProxySettings(environment: [
        "HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "localhost, .inside.example,exact.example",
    ])

    @Test(
        "a host goes through the proxy unless it is excepted or this machine",
        arguments: [
            ("https://fhir.example.org", true), ("https://exact.example", false),
            ("https://below.exact.example", false),
            ("https://inexact.example", true), ("https://a.inside.example:8443", false), ("https://127.0.0.1", false),
            ("http://localhost", false), ("https://[::1]:1", false),
        ])
    func chooses(base: String, isProxied: Bool) throws {
        let url = try OutboundPolicy(base: base).base

        #expect((settings.proxy(for: url) != nil) == isProxied)
    }

    @Test("lower case comes first, ALL_PROXY last, and HTTP_PROXY in upper case is not read")
    func readsEnvironment() throws {
        let https = try OutboundPolicy(base: "https://fhir.example.org").base

        let both = ProxySettings(environment: ["https_proxy": "http://a", "HTTPS_PROXY": "http://b"])
        let all = ProxySettings(environment: ["ALL_PROXY": "http://c", "HTTP_PROXY": "http://d", "HTTPS_PROXY": ""])
        let everywhere = ProxySettings(environment: ["HTTPS_PROXY": "http://a", "no_proxy": "*"])

        #expect(both.proxy(for: https) == "http://a")
        #expect(all.proxy(for: https) == "http://c")
        #expect(everywhere.proxy(for: https) == nil)
        #expect(all == ProxySettings(http: "http://c", https: "http://c", except: ""))
    }

    @Test("a proxy learns host and port and nothing else, and its refusal means that nothing arrived")
    func asksProxy() async throws {
        let proxy = try Listener { _, _ in .ok("no", status: 403) }
        let environment = ["https_proxy": proxy.base]
        let transport = CurlTransport(TransportOptions(proxies: ProxySettings(environment: environment)))
        var request = HTTPRequest(
            .post, try OutboundPolicy(base: "https://fhir.example.org").url("/Patient"), body: [0x7b])
        request.headers["Authorization"] = "Bearer canary"

        await #expect(throws: TransportError.self) { try await transport.send(request) }

        #expect(proxy.received.map(\.method) == ["CONNECT"])
        #expect(proxy.received.first?.target == "fhir.example.org:443")
        #expect(proxy.received.first?.header("Authorization") == nil)
    }

    /// How a proxy may end a CONNECT, and the resulting error.
    static let endings: [(Listener.Reply, TransportError.Reason)] = [
        (.ok("no", status: 502), .unreachable), (.ok("who?", status: 407), .unreachable), (.close([]), .unreachable),
        (.reset([]), .unreachable), (.close([UInt8]("HTTP/1.1 200 X\r\n\r\n".utf8)), .tls),
    ]

    @Test("nothing can have arrived through a proxy that opens no way, however it ends", arguments: endings.indices)
    func neverArrives(ending: Int) async throws {
        let (reply, reason) = Self.endings[ending]
        let proxy = try Listener { _, _ in reply }
        let environment = ["https_proxy": proxy.base]
        let transport = CurlTransport(TransportOptions(proxies: ProxySettings(environment: environment)))
        let request = HTTPRequest(
            .post, try OutboundPolicy(base: "https://fhir.example.org").url("/Patient"), body: [0x7b])

        let error = await #expect(throws: TransportError.self) { try await transport.send(request) }

        #expect(error?.mayHaveArrived == false)
        #expect(error?.reason == reason)
        #expect(proxy.received.map(\.method) == ["CONNECT"])
    }
}
