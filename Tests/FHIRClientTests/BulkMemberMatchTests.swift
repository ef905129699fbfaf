import FHIR
import FHIRClient
import PDex
import PDexTesting
import Testing

/// The start of a bulk question (BM-01, BM-02).
@Suite("Bulk member match")
struct BulkMemberMatchTests {
    private static let status = AuthorizationServer.base + "/status/7"

    @Test("a MemberBundle for each is posted to the type, to be answered later, with nothing of it in the URL")
    func posts() async throws {
        let transport = FunctionTransport { _, _ in Self.answer(202) }

        let place = try await Self.client(transport).startMatchingMembers(try Self.questions, lastLook: {})

        let request = try #require(transport.requests.first)
        #expect(place == Self.status)
        #expect(request.url.text == AuthorizationServer.base + "/Group/$bulk-member-match")
        #expect(request.headers["Prefer"] == "respond-async")
        let sent = try JSONParser.parse(request.body ?? [])
        #expect(sent["parameter"]?.elements.map { $0["name"]?.string } == ["MemberBundle", "MemberBundle"])
        #expect(try MemberMatchQuestion.many(reading: sent) == Self.questions)
    }

    @Test(
        "another answer than 202 with a place of this server is a fault, and nothing is asked twice",
        arguments: [
            (200, FaultCode.remoteMalformed), (202, .remoteMalformed), (400, .remoteRefused), (403, .authForbidden),
            (404, .payerCapability), (405, .payerCapability), (429, .remoteThrottled), (501, .payerCapability),
            (503, .remoteFailed),
        ])
    func faults(status: Int, code: FaultCode) async throws {
        let transport = FunctionTransport { _, _ in Self.answer(status, place: nil) }

        let fault = await #expect(throws: Fault.self) {
            try await Self.client(transport).startMatchingMembers(try Self.questions, lastLook: {})
        }

        #expect(fault?.code == code)
        #expect(transport.requests.count == 1)
    }

    @Test("a place on another server is not gone to")
    func elsewhere() async throws {
        let transport = FunctionTransport { _, _ in Self.answer(202, place: "https://elsewhere.example/status/7") }

        let fault = await #expect(throws: Fault.self) {
            try await Self.client(transport).startMatchingMembers(try Self.questions, lastLook: {})
        }

        #expect(fault?.code == .remotePolicy)
    }

    private static func client(_ transport: FunctionTransport) throws -> PayerClient {
        PayerClient(try session(transport, side: .payer))
    }

    private static func answer(_ status: Int, place: String? = status) -> HTTPResponse {
        HTTPResponse(status: status, headers: place.map { ["Content-Location": $0] } ?? [:])
    }

    private static var questions: [MemberMatchQuestion] {
        get throws {
            try ["p1", "p2"].map { id in
                MemberMatchQuestion(
                    patient: try Resource([
                        "resourceType": "Patient", "id": .string(id), "gender": "female", "birthDate": "1966-02-11",
                        "name": [["family": "Lind", "given": ["Mae"]]],
                    ]), coverage: try Resource(["resourceType": "Coverage", "id": "c1", "status": "active"]),
                    consent: try Resource(["resourceType": "Consent", "id": "k1", "status": "active"]))
            }
        }
    }
}
