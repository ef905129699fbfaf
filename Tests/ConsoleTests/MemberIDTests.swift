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

    @Test("who tries ids out is told nothing any more for the rest of the hour, of those that are right, too")
    func triedOut() async throws {
        let harness = try APIHarness([.joe])
        _ = try await harness.operations.run(job: "nightly-payer-sync")
        for number in 0..<20 { #expect(await ask(harness, "M0-9\(number)").status == 404) }

        harness.night.clock.advance(seconds: 600)
        let wrong = await ask(harness, "M0-999")
        let right = await ask(harness, "M0-1")
        let others = await ask(harness, "M0-1", token: APIHarness.other)
        let named = await harness.send("POST", path, #"{"patient": "joe"}"#)

        #expect([wrong.status, right.status, others.status, named.status] == [429, 429, 202, 202])
        #expect(right.json["code"] == "request.too-many-unknown" && right.json == wrong.json)
        #expect(right.headers["Retry-After"] == "3000")
        let trail = try await harness.night.store.read { try $0.audit(after: 0, limit: 1000) }.map(\.entry)
        let told = trail.filter { $0.reason?.hasPrefix("request.too-many-unknown") == true }
        #expect(told.map(\.reason) == ["request.too-many-unknown of token holder portal, for 3000 s"])
        harness.night.clock.advance(seconds: 3000)
        #expect(await ask(harness, "M0-1").status == 202)
    }

    @Test("asking for many at once gains nothing")
    func atOnce() async throws {
        let harness = try APIHarness([.joe])
        _ = try await harness.operations.run(job: "nightly-payer-sync")

        let statuses = await withTaskGroup(of: Int.self) { group in
            for number in 0..<60 { group.addTask { await ask(harness, "M0-9\(number)").status } }
            return await group.reduce(into: []) { $0.append($1) }
        }

        #expect(statuses.filter { $0 == 404 }.count == 20)
        #expect(statuses.filter { $0 == 429 }.count == 40)
    }

    @Test("a repeat is answered as the first was when the member is gone, and another member under the key is not")
    func repeated() async throws {
        let harness = try APIHarness([.joe, .ada])
        _ = try await harness.operations.run(job: "nightly-payer-sync")
        let first = await ask(harness, "M0-2", key: "7f3a")
        _ = try await harness.operations.unlink("ada", job: "nightly-payer-sync", reason: "tests")

        let again = await ask(harness, "M0-2", key: "7f3a")
        let other = await ask(harness, "M0-1", key: "7f3a")
        let narrower = await ask(harness, "M0-2", key: "7f3a", also: #", "types": ["Encounter"]"#)

        #expect([first.status, again.status, other.status, narrower.status] == [202, 202, 409, 404])
        #expect(again.json["id"] == first.json["id"])
        #expect(again.headers["Location"] == first.headers["Location"])
    }

    private func ask(
        _ harness: APIHarness, _ member: String, key: String? = nil, also more: String = "",
        token: String = APIHarness.token
    ) async -> ServedAnswer {
        let headers = [("Content-Type", "application/json")] + (key.map { [("Idempotency-Key", $0)] } ?? [])
        let body = #"{"memberId": "https://med0.example/fhir/member-id|\#(member)"\#(more)}"#
        return await harness.send("POST", path, body, token: token, headers: headers)
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
