import FHIR
import FHIRClient
import PDex
import Testing

/// Files of an export that are elsewhere, as with some servers: redirects are followed, but without the token (BLK-40,
/// BLK-43).
@Suite("Redirects of a file")
struct FileRedirectTests {
    private static let home = "https://fhir.example.org"
    private static let store = "https://objects.example.org"

    @Test("the file behind a redirect is read, with the token at home alone", arguments: [301, 302, 303, 307, 308])
    func followsHome(status: Int) async throws {
        let transport = Self.redirecting(["/f": "/signed/f?sig=1"], status)

        let lines = try await Self.lines(of: Self.home + "/f", transport, requiresToken: true)

        #expect(lines == 1)
        #expect(Self.asked(transport) == ["\(Self.home)/f Bearer t1", "\(Self.home)/signed/f?sig=1 Bearer t1"])
    }

    @Test("where the manifest wants no token, no redirect gets one")
    func bringsNoToken() async throws {
        let transport = Self.redirecting(["/f": "\(Self.home)/signed/f"])

        _ = try await Self.lines(of: Self.home + "/f", transport, requiresToken: false)

        #expect(Self.asked(transport) == ["\(Self.home)/f -", "\(Self.home)/signed/f -"])
    }

    @Test("a file's host that the configuration names is asked without the token, and so is everything behind it")
    func leavesTokenBehind() async throws {
        let transport = Self.redirecting(["/f": "\(Self.store)/a", "/a": "\(Self.home)/b"])

        _ = try await Self.lines(of: Self.home + "/f", transport, requiresToken: true)

        #expect(Self.asked(transport) == ["\(Self.home)/f Bearer t1", "\(Self.store)/a -", "\(Self.home)/b -"])
    }

    @Test(
        "a redirect to elsewhere, or to what is no address, is not followed",
        arguments: [
            ("https://evil.example/f", FaultCode.remotePolicy), ("http://fhir.example.org/f", .remotePolicy),
            ("//evil.example/f", .remotePolicy), ("f", .remotePolicy), (#"/\evil.example"#, .remotePolicy),
            ("", .remoteMalformed), (nil, .remoteMalformed),
        ] as [(String?, FaultCode)])
    func staysWhereAllowed(location: String?, code: FaultCode) async throws {
        var headers: HTTPHeaders = [:]
        headers["Location"] = location
        let answer = HTTPResponse.json("", status: 307, headers: headers)
        let transport = AuthorizationServer().transport { _, _ in answer }

        let fault = await #expect(throws: Fault.self) {
            try await Self.lines(of: Self.home + "/f", transport, requiresToken: true)
        }

        #expect(fault?.code == code)
        #expect(Self.asked(transport).count == 1)
    }

    @Test("no way leads from https to http, not even on this machine")
    func keepsEncryption() async throws {
        let transport = Self.redirecting(["/f": "http://127.0.0.1:8080/f"])
        let session = try session(
            transport, openOrigins: ["http://127.0.0.1:8080"], base: "https://127.0.0.1/r4")

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(session).download(
                .init(type: nil, url: "https://127.0.0.1/f", count: nil), requiresAccessToken: false
            ) { _ in }
        }

        #expect(fault?.code == .remotePolicy)
        #expect(transport.requests.count == 1)
    }

    @Test("three redirects are followed and a fourth is not")
    func endsLoops() async throws {
        let three = Self.redirecting(["/1": "/2", "/2": "/3", "/3": "/4"])
        let loop = Self.redirecting(["/1": "/1"])

        let lines = try await Self.lines(of: Self.home + "/1", three, requiresToken: true)
        let fault = await #expect(throws: Fault.self) {
            try await Self.lines(of: Self.home + "/1", loop, requiresToken: true)
        }

        #expect(lines == 1)
        #expect(fault?.code == .remotePolicy)
        #expect(Self.asked(loop).count == 4)
    }

    /// A server that answers some paths with a redirect, and all others with one line.
    private static func redirecting(_ ways: [String: String], _ status: Int = 307) -> FunctionTransport {
        AuthorizationServer().transport { request, _ in
            let path = request.url.text.dropFirst(request.url.origin.count)
            guard let way = ways[String(path)] else { return .json("{}\n") }
            return .json("", status: status, headers: ["Location": way])
        }
    }

    private static func lines(
        of url: String, _ transport: FunctionTransport, requiresToken: Bool
    ) async throws -> Int {
        let client = ClinicClient(try session(transport, isAuthorized: true, openOrigins: [store]))
        var lines = 0
        _ = try await client.download(
            .init(type: nil, url: url, count: nil), requiresAccessToken: requiresToken
        ) { lines += $0.lines.count }
        return lines
    }

    /// Requests for files, each with its authorization.
    private static func asked(_ transport: FunctionTransport) -> [String] {
        transport.requests.filter { !$0.url.text.hasSuffix("/token") && !$0.url.text.contains(".well-known") }
            .map { "\($0.url.text) \($0.headers["Authorization"] ?? "-")" }
    }
}
