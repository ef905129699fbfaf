import FHIR
import FHIRClient
import Jobs
import Logging
import PDex
import PDexTesting
import Serving
import Testing

@testable import Console

/// Over the loopback interface, because the server decides how much is read.
@Suite("A body that is too large")
struct LargeBodyTests {
    @Test("of 1 MB is refused with 413, nothing is kept, and the client can go on")
    func megabyte() async throws {
        let harness = try APIHarness()
        try await serving(harness) { port in
            let large = #"{"patient": "joe", "types": ["\#(String(repeating: "E", count: 1 << 20))"]}"#
            let transport = CurlTransport()

            let refused = try await transport.send(try request(large, port))
            let kept = try await harness.operations.memberRequests(limit: 1)
            let accepted = try await transport.send(request(#"{"patient": "joe"}"#, port))

            #expect(refused.status == 413)
            #expect(try JSONParser.parse(refused.body)["title"] == "Too long")
            #expect(kept.isEmpty)
            #expect(accepted.status == 202)
        }
    }

    @Test("of more than is worth reading ends its connection, and no other")
    func endless() async throws {
        let harness = try APIHarness()
        try await serving(harness) { port in
            let transport = CurlTransport()

            let refused = try? await transport.send(try request(String(repeating: " ", count: 24 << 20), port))
            let accepted = try await CurlTransport().send(request(#"{"patient": "joe"}"#, port))

            #expect(refused == nil || refused?.status == 413)
            #expect(accepted.status == 202)
            #expect(try await harness.operations.memberRequests(limit: 2).count == 1)
        }
    }

    private func serving(_ harness: APIHarness, _ body: (Int) async throws -> Void) async throws {
        let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        let api = APIServer(harness.api, host: "127.0.0.1", port: 0, clock: harness.night.clock, logger: logger)
        try await Door.serving(api, bodyLimit: APIServer.bodyLimit, clock: harness.night.clock, body)
    }

    private func request(_ body: String, _ port: Int) throws -> HTTPRequest {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        headers.append("Authorization", "Bearer " + APIHarness.token)
        return HTTPRequest(
            .post, try OutboundPolicy(base: "http://127.0.0.1:\(port)/v1").url("/member-requests"), headers: headers,
            body: [UInt8](body.utf8))
    }
}
