import FHIR
import FHIRClient
import Jobs
import PDex
import PDexTesting
import Serving
import Testing

@testable import Console

/// What a token is for, and what its holder learns about others.
@Suite("The scope of a token")
struct ScopedTokenTests {
    private let path = "/v1/member-requests"

    @Test(
        "another holder's request is answered as one that there is not, and stays as it is",
        arguments: ["GET", "DELETE"])
    func foreign(method: String) async throws {
        let harness = try APIHarness()
        let location = await harness.send("POST", path, #"{"patient": "joe"}"#).headers["Location"] ?? ""

        let foreign = await harness.send(method, location, token: APIHarness.other)
        let unknown = await harness.send(method, path + "/none", token: APIHarness.other)
        let own = await harness.send("GET", location)

        #expect([foreign.status, unknown.status] == [404, 404])
        #expect(foreign.json == unknown.json)
        #expect(foreign.json["code"] == "request.unknown")
        #expect(own.json["status"] == "requested")
    }

    @Test("a list has the holder's own requests, whatever others asked for, and no operator's")
    func list() async throws {
        let harness = try APIHarness([.joe, .ada])
        _ = await harness.send("POST", path, #"{"patient": "joe"}"#)
        _ = await harness.send("POST", path, #"{"patient": "ada"}"#, token: APIHarness.other)
        _ = try await harness.operations.accept(.init(patient: "ada"), by: harness.job)

        let patients = { (token: String) async -> [String] in
            let entries = await harness.send("GET", path, token: token).json["entry"]?.elements ?? []
            return entries.compactMap { $0["resource"]?["for"]?["reference"]?.string }
        }

        #expect(await patients(APIHarness.token) == ["Patient/joe"])
        #expect(await patients(APIHarness.other) == ["Patient/ada"])
        #expect(await patients(APIHarness.stranger) == [])
    }

    @Test("to a holder there are no payers but their own: another's is answered as one that there is not")
    func payers() async throws {
        let harness = try APIHarness()
        let bodies = [#"{"patient": "joe", "payer": "med0"}"#, #"{"patient": "joe", "payer": "nobody"}"#]

        let foreign = await harness.send("POST", path, bodies[0], token: APIHarness.stranger)
        let unknown = await harness.send("POST", path, bodies[1], token: APIHarness.stranger)
        let byJob = await harness.send(
            "POST", path, #"{"patient": "joe", "job": "member-data-request"}"#, token: APIHarness.stranger)
        let neither = await harness.send("POST", path, #"{"patient": "joe"}"#, token: APIHarness.stranger)

        #expect([foreign.status, unknown.status, byJob.status, neither.status] == [422, 422, 404, 422])
        #expect(foreign.json == unknown.json)
        #expect(try await harness.operations.memberRequests(limit: 1).isEmpty)
    }

    @Test("what a holder asked for of a payer that is no longer theirs is told no longer")
    func narrowed() async throws {
        let harness = try APIHarness()
        let location = await harness.send("POST", path, #"{"patient": "joe"}"#).headers["Location"] ?? ""
        let narrowed = try harness.api(payersOfPortal: ["otherplan"])

        let answer = await harness.send("GET", location, to: narrowed)
        let list = await harness.send("GET", path, to: narrowed)

        #expect(answer.status == 404)
        #expect(list.json["entry"]?.elements.isEmpty == true)
    }

    @Test("one holder's open requests do not keep another from asking")
    func full() async throws {
        let harness = try APIHarness()
        for number in 0..<MemberRequestAPI.bounds.ofHolder {
            _ = try await harness.operations.accept(
                .init(patient: "joe", key: "k-\(number)", holder: "portal"), by: harness.job)
        }

        let own = await harness.send("POST", path, #"{"patient": "joe"}"#)
        let other = await harness.send("POST", path, #"{"patient": "joe"}"#, token: APIHarness.other)

        #expect([own.status, other.status] == [429, 202])
    }

    @Test("the numbers, which name every server, are for who may watch")
    func watch() async throws {
        let harness = try APIHarness(freeBytes: 10 << 20)

        let numbers = await harness.send("GET", "/metrics", token: APIHarness.other)
        let health = await harness.send("GET", "/health/ready", token: APIHarness.other)

        #expect(numbers.status == 403)
        #expect(health.status == 503)
        #expect(health.json["problems"] == nil)
    }
}
