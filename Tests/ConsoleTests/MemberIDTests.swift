import FHIR
import FHIRClient
import Jobs
import PDex
import PDexTesting
import Serving
import Testing

@testable import Console

@Suite("A plan asks by its own member id")
struct MemberIDTests {
    private let path = "/v1/member-requests"

    @Test("and the request is the one patient's whom the rules take for that member")
    func known() async throws {
        let harness = try APIHarness([.joe, .ada])
        _ = try await harness.operations.run(job: "nightly-payer-sync")

        let answer = await harness.send(
            "POST", path, #"{"memberId": "https://med0.example/fhir/member-id|M0-2"}"#)

        #expect(answer.status == 202)
        #expect(answer.json["for"]?["reference"] == "Patient/ada")
    }

    @Test("an id that nobody has is refused, several who may be meant are, and nothing is kept")
    func refused() async throws {
        let twin = NamedMember.joe.with { $0.memberID = "M0-7" }
        let other = NamedMember("joe-again", "Joe", "Smith", born: "1979-04-02", memberID: "M0-7")
        let harness = try APIHarness([twin, other])
        _ = try await harness.operations.run(job: "nightly-payer-sync")

        let unknown = await harness.send("POST", path, #"{"memberId": "https://med0.example/fhir/member-id|M0-9"}"#)
        let several = await harness.send("POST", path, #"{"memberId": "https://med0.example/fhir/member-id|M0-7"}"#)
        let bare = await harness.send("POST", path, #"{"memberId": "M0-7"}"#)

        #expect([unknown.status, several.status, bare.status] == [404, 422, 422])
        #expect(unknown.json["code"] == "member.unknown")
        #expect(several.json["code"] == "member.ambiguous")
        #expect(bare.json["code"] == "request.invalid")
        for answer in [unknown, several, bare] { #expect(answer.json["detail"]?.string?.contains("M0-") == false) }
        #expect(try await harness.operations.memberRequests(limit: 1).isEmpty)
    }

    @Test("who is the payer's and not the clinic's is refused in the same words as nobody, and both stand in the trail")
    func probed() async throws {
        let harness = try APIHarness([.joe, .ada])
        _ = try await harness.operations.run(job: "nightly-payer-sync")
        _ = try await harness.operations.unlink("ada", job: "nightly-payer-sync", reason: "tests")

        let answers = [
            await harness.send("POST", path, #"{"memberId": "https://med0.example/fhir/member-id|M0-2"}"#),
            await harness.send("POST", path, #"{"memberId": "https://med0.example/fhir/member-id|M0-9"}"#),
        ]

        #expect(answers[0].status == 404 && answers[0].json["detail"] == answers[1].json["detail"])
        let trail = try await harness.night.store.read { try $0.audit(after: 0, limit: 1000) }.map(\.entry)
        #expect(trail.filter { $0.action == "request.refused" }.count == 2)
        #expect(trail.filter { $0.action == "request.refused" }.allSatisfy { $0.reason?.contains("M0-") == false })
    }

    @Test(
        "a demand names one person in one way",
        arguments: [
            #"{"memberId": "s|M0-1", "patient": "joe"}"#, #"{"member": "joe", "patient": "joe"}"#,
            #"{"memberId": ""}"#, #"{"memberId": "a b"}"#, #"{"memberId": 7}"#,
        ])
    func odd(body: String) async throws {
        let harness = try APIHarness()
        #expect(await harness.send("POST", path, body).status == 422)
    }
}
