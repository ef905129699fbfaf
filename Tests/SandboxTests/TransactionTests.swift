import FHIR
import FHIRClient
import PDexTesting
import Serving
import Testing

@testable import Sandbox

@Suite("Med0's transactions")
struct TransactionTests {
    let world: TestSandbox

    init() throws {
        world = try TestSandbox()
    }

    private func submit(_ entries: [JSONValue], type: String = "transaction") async throws -> ServedAnswer {
        let token = try await world.payer.token("system/*.cruds")
        return world.payer.send("POST", "/fhir/r4", token: token, body: TestBundle.transaction(entries, type: type))
    }

    private func statuses(_ answer: ServedAnswer) -> [String] {
        (answer.json?["entry"]?.elements ?? []).compactMap { $0["response"]?["status"]?.string }
    }

    @Test("create under the client's id and say where")
    func creates() async throws {
        let answer = try await submit([
            TestBundle.put(TestBundle.encounter("e1", subject: "Patient/mem-000001"))
        ])

        let response = answer.json?["entry"]?[0]?["response"]
        #expect(answer.json?["type"] == "transaction-response")
        #expect(response?["status"] == "201 Created")
        #expect(response?["location"] == "Encounter/e1/_history/1")
        #expect(response?["etag"] == #"W/"1""#)
        #expect(world.sandbox.payerResource("Encounter", "e1")?.lastUpdated == world.clock.now())
    }

    @Test("leave nothing behind when one entry is refused")
    func areAtomic() async throws {
        let before = world.sandbox.payerResources()

        let answer = try await submit([
            TestBundle.put(TestBundle.encounter("good", subject: "Patient/mem-000001")),
            TestBundle.put(TestBundle.encounter("bad", subject: "Patient/nobody")),
        ])

        #expect(answer.status == 422)
        #expect(answer.json?["resourceType"] == "OperationOutcome")
        #expect(answer.json?["issue"]?[0]?["expression"] == ["Bundle.entry[1]"])
        #expect(world.sandbox.payerResources() == before)
    }

    @Test(
        "refuse a reference that leads nowhere",
        arguments: [
            "Patient/nobody", "Patient/nobody/_history/1", "urn:uuid:5a1f0f5e-8f5b-4c0e-9d06-0d5b6d5d0009",
            "Patient?identifier=https://med0.example/fhir/member-id|nobody",
            "http://127.0.0.1:0/fhir/r4/Patient/nobody",
        ])
    func refuseDangling(reference: String) async throws {
        let answer = try await submit([TestBundle.put(TestBundle.encounter("e1", subject: reference))])

        #expect(answer.status == 422)
        #expect(world.sandbox.payerResource("Encounter", "e1") == nil)
    }

    @Test(
        "take a reference that leads somewhere, and make it local",
        arguments: [
            ("Patient/mem-000001", "Patient/mem-000001"),
            ("https://elsewhere.example/Patient/9", "https://elsewhere.example/Patient/9"),
            ("http://127.0.0.1:0/fhir/r4/Patient/mem-000001", "Patient/mem-000001"),
            ("Patient?identifier=https://med0.example/fhir/member-id|M0-000001-01", "Patient/mem-000001"),
        ])
    func takeReferences(reference: String, stored: String) async throws {
        let answer = try await submit([TestBundle.put(TestBundle.encounter("e1", subject: reference))])

        #expect(answer.status == 200)
        #expect(world.sandbox.payerResource("Encounter", "e1")?["subject"]?["reference"]?.string == stored)
    }

    @Test("rewrite references to entries that have no id yet, in whatever order they come")
    func rewrite() async throws {
        let answer = try await submit([
            TestBundle.write(
                "POST", "Encounter", TestBundle.encounter("ignored", subject: "urn:uuid:p"), fullURL: "urn:uuid:e"),
            TestBundle.write("POST", "Patient", ["resourceType": "Patient"], fullURL: "urn:uuid:p"),
        ])

        let locations = (answer.json?["entry"]?.elements ?? []).compactMap { $0["response"]?["location"]?.string }
        let ids = locations.map { $0.split(separator: "/")[1] }.map(String.init)
        #expect(statuses(answer) == ["201 Created", "201 Created"])
        #expect(
            world.sandbox.payerResource("Encounter", ids[0])?["subject"]?["reference"]?.string == "Patient/\(ids[1])")
        #expect(ids[0] != "ignored")
    }

    @Test("refuse the same resource twice, by id or by what a condition finds")
    func refuseDuplicates() async throws {
        let byID = try await submit([
            TestBundle.put(["resourceType": "Patient", "id": "x"]),
            TestBundle.put(["resourceType": "Patient", "id": "x"]),
        ])
        let byCondition = try await submit([
            TestBundle.put(["resourceType": "Patient", "id": "mem-000001"]),
            TestBundle.write("PUT", "Patient?identifier=M0-000001-01", ["resourceType": "Patient"]),
        ])

        #expect([byID.status, byCondition.status] == [400, 400])
        #expect([byID.issue, byCondition.issue] == ["duplicate", "duplicate"])
    }

    @Test("do not make a new version of what did not change")
    func keepVersion() async throws {
        let entry = TestBundle.put(TestBundle.encounter("e1", subject: "Patient/mem-000001"))
        _ = try await submit([entry])
        let stored = world.sandbox.payerResource("Encounter", "e1")
        world.clock.advance(seconds: 60)

        let again = try await submit([entry])
        let changed = try await submit([TestBundle.put(TestBundle.encounter("e1", subject: "Patient/mem-000002"))])

        #expect(statuses(again) == ["200 OK"])
        #expect(again.json?["entry"]?[0]?["response"]?["etag"] == #"W/"1""#)
        #expect(stored?.versionID == "1")
        #expect(changed.json?["entry"]?[0]?["response"]?["etag"] == #"W/"2""#)
        #expect(world.sandbox.payerResource("Encounter", "e1")?.versionID == "2")
    }

    @Test("keep an ifMatch")
    func ifMatch() async throws {
        let patient: JSONValue = ["resourceType": "Patient", "id": "x", "active": true]
        let missing = try await submit([TestBundle.put(patient, ifMatch: #"W/"1""#)])
        _ = try await submit([TestBundle.put(patient)])

        let stale = try await submit([TestBundle.put(["resourceType": "Patient", "id": "x"], ifMatch: #"W/"7""#)])
        let fresh = try await submit([TestBundle.put(["resourceType": "Patient", "id": "x"], ifMatch: #"W/"1""#)])

        #expect([missing.status, stale.status, fresh.status] == [412, 412, 200])
    }

    @Test("update by a condition: nothing found creates, one is updated, several are refused")
    func conditionalUpdate() async throws {
        func put(_ query: String, _ value: String) async throws -> ServedAnswer {
            let identifier: JSONValue = ["system": "https://a.example", "value": .string(value)]
            return try await submit([
                TestBundle.write(
                    "PUT", "Location?identifier=\(query)",
                    [
                        "resourceType": "Location", "name": .string(query), "identifier": [identifier],
                    ])
            ])
        }
        let created = try await put("https%3A%2F%2Fa.example%7C1", "1")
        let updated = try await put("https%3A%2F%2Fa.example%7C1", "1")
        _ = try await put("https%3A%2F%2Fa.example%7C2", "1")

        let several = try await put("https%3A%2F%2Fa.example%7C1", "1")
        let unknown = try await submit([
            TestBundle.write("PUT", "Location?nonsense=1", ["resourceType": "Location"])
        ])

        #expect(statuses(created) == ["201 Created"])
        #expect(statuses(updated) == ["200 OK"])
        #expect(several.status == 412)
        #expect(unknown.status == 400)
        #expect(world.sandbox.payerResources().filter { $0.type == "Location" }.count == 2)
    }

    @Test("create by a condition only what is not there, and never update it")
    func conditionalCreate() async throws {
        let organization: JSONValue = ["resourceType": "Organization", "name": "Another name"]
        let answer = try await submit([
            TestBundle.write(
                "POST", "Organization", organization, fullURL: "urn:uuid:o", ifNoneExist: "identifier=1003000126"),
            TestBundle.put([
                "resourceType": "Location", "id": "l", "managingOrganization": ["reference": "urn:uuid:o"],
            ]),
        ])

        #expect(statuses(answer) == ["200 OK", "201 Created"])
        #expect(world.sandbox.payerResource("Organization", "med0")?["name"] == "Med0 Health Plan")
        let reference = world.sandbox.payerResource("Location", "l")?["managingOrganization"]?["reference"]
        #expect(reference == "Organization/med0")
    }

    @Test("delete, and refuse references to what they delete")
    func delete() async throws {
        let deletion: JSONValue = ["request": ["method": "DELETE", "url": "Patient/mem-000001"]]
        let dangling = try await submit([
            deletion, TestBundle.put(TestBundle.encounter("e1", subject: "Patient/mem-000001")),
        ])
        let deleted = try await submit([deletion])

        let token = try await world.payer.token("system/*.rs")
        #expect(dangling.status == 422)
        #expect(statuses(deleted) == ["204 No Content"])
        #expect(world.payer.send("GET", "/fhir/r4/Patient/mem-000001", token: token).status == 410)
    }

    @Test("that are batches take the entries that are right and answer the others one by one")
    func batch() async throws {
        let answer = try await submit(
            [
                TestBundle.put(TestBundle.encounter("bad", subject: "Patient/nobody")),
                TestBundle.put(TestBundle.encounter("good", subject: "Patient/mem-000001")),
                ["request": ["method": "GET", "url": "Patient/mem-000002"]],
            ], type: "batch")

        #expect(answer.status == 200)
        #expect(statuses(answer) == ["422 Unprocessable Entity", "201 Created", "200 OK"])
        #expect(answer.json?["entry"]?[2]?["resource"]?["id"] == "mem-000002")
        #expect(world.sandbox.payerResource("Encounter", "bad") == nil)
    }

    private static func transaction(_ entry: String) -> String {
        #"{"resourceType":"Bundle","type":"transaction","entry":[\#(entry)]}"#
    }

    @Test(
        "refuse what is no transaction",
        arguments: [
            "", "[]", #"{"resourceType":"Patient"}"#, #"{"resourceType":"Bundle","type":"searchset"}"#,
            transaction("{}"),
            transaction(#"{"request":{"method":"PUT","url":"Patient/1"}}"#),
            transaction(
                #"{"resource":{"resourceType":"Patient","id":"2"},"request":{"method":"PUT","url":"Patient/1"}}"#),
            transaction(#"{"resource":{"resourceType":"Patient"},"request":{"method":"PATCH","url":"Patient/1"}}"#),
            transaction(#"{"resource":{"resourceType":"Claim","id":"1"},"request":{"method":"PUT","url":"Claim/1"}}"#),
        ])
    func refuseOthers(body: String) async throws {
        let token = try await world.payer.token("system/*.cruds")

        let answer = world.payer.send("POST", "/fhir/r4", token: token, bytes: Array(body.utf8))

        #expect(answer.status == 400)
        #expect(answer.json?["resourceType"] == "OperationOutcome")
    }

    @Test("are not needed for a single write")
    func single() async throws {
        let token = try await world.payer.token("system/*.cruds")
        let created = world.payer.send(
            "PUT", "/fhir/r4/Patient/x", token: token, body: ["resourceType": "Patient", "id": "x"])
        let read = world.payer.send("GET", "/fhir/r4/Patient/x/_history/1", token: token)
        let deleted = world.payer.send("DELETE", "/fhir/r4/Patient/x", token: token)

        #expect([created.status, read.status, deleted.status] == [201, 200, 204])
        #expect(created.headers["Location"] == "\(world.payer.base)/Patient/x/_history/1")
        #expect(read.headers["ETag"] == #"W/"1""#)
    }
}
