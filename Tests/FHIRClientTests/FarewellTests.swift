import Testing

@testable import FHIRClient

/// What is said to a server when an export is no longer wanted (BLK-50).
@Suite("Farewells")
struct FarewellTests {
    @Test("a server that gives no token is not waited for", .timeLimit(.minutes(1)))
    func endsInTime() async throws {
        let gate = Gate(isOpen: false)
        let transport = FunctionTransport { _, _ in
            await gate.pass()
            return .json("{}", status: 500)
        }
        let session = try session(transport, isAuthorized: true)

        await BulkExport(session: session, longestFarewell: 0.05).finish(AuthorizationServer.base + "/status/1")
        gate.open()

        #expect(transport.requests.allSatisfy { $0.method == .get })
    }
}
