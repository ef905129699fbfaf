import FHIR
import FHIRClient
import FoundationEssentials
import Serving
import Testing

@testable import Sandbox

@Suite("Med0's faults and its file")
struct FaultTests {
    private static let patient: JSONValue = ["resourceType": "Patient", "id": "x"]

    private func submit(_ world: TestSandbox, _ resource: JSONValue = patient) async throws -> ServedAnswer {
        let token = try await world.payer.token("system/*.cruds")
        return world.payer.send(
            "POST", "/fhir/r4", token: token, body: TestBundle.transaction([TestBundle.put(resource)]))
    }

    @Test("answer 503 or 429 and do nothing", arguments: [("fail", 503, nil), ("throttle", 429, "1")])
    func refuse(kind: String, status: Int, retryAfter: String?) async throws {
        let world = try TestSandbox {
            $0.faults = SandboxFaults(
                failFraction: kind == "fail" ? 1 : 0, throttleFraction: kind == "throttle" ? 1 : 0)
        }

        let answer = try await submit(world)

        #expect(answer.status == status)
        #expect(answer.headers["Retry-After"] == retryAfter)
        #expect(world.sandbox.payerResource("Patient", "x") == nil)
    }

    @Test("carry a submission out and close the connection instead of answering")
    func drop() async throws {
        let world = try TestSandbox { $0.faults.dropResponseFraction = 1 }

        let answer = try await submit(world)

        #expect(answer.isDropped)
        #expect(world.sandbox.payerResource("Patient", "x") != nil)
    }

    @Test("come in the same sequence for the same seed, and about as often as they should")
    func deterministic() {
        func sequence(_ seed: UInt64) -> [FaultPlan.Fault?] {
            var plan = FaultPlan(
                SandboxFaults(failFraction: 0.2, throttleFraction: 0.1, dropResponseFraction: 0.05), seed: seed)
            return (0..<2_000).map { _ in plan.next() }
        }

        let first = sequence(1)

        #expect(first == sequence(1))
        #expect(first != sequence(2))
        #expect(300...500 ~= first.filter { $0 == .failure }.count)
        #expect(140...260 ~= first.filter { $0 == .throttle }.count)
        #expect(60...140 ~= first.filter { $0 == .dropped }.count)
    }

    @Test("refuse the first transaction of one member, however Med0 is told who it is")
    func refuseOnce() async throws {
        let forms: [JSONValue] = [
            ["resourceType": "Patient", "id": "a", "identifier": [["value": "C0-000014"]]],
            ["resourceType": "Patient", "id": "a", "identifier": [["value": "M0-000014-01"]]],
            TestBundle.encounter("a", subject: "Patient/mem-000014"),
        ]
        for form in forms {
            let world = try TestSandbox { $0.faults.refuseOnce = true }

            let other = try await submit(world)
            let first = try await submit(world, form)
            let second = try await submit(world, form)

            #expect(world.sandbox.refusedMember == "mem-000014")
            #expect([other.status, first.status, second.status] == [200, 422, 200])
            #expect(first.issue == "business-rule")
        }
    }

    @Test("are remembered in the file, with everything that was written and deleted")
    func persists() async throws {
        let path = TestSandbox.temporaryPath("med0.ndjson")
        defer { try? FileManager.default.removeItem(atPath: path) }
        func open() throws -> TestSandbox {
            try TestSandbox {
                $0.faults.refuseOnce = true
                $0.med0File = path
            }
        }
        let member: JSONValue = ["resourceType": "Patient", "id": "a", "identifier": [["value": "C0-000014"]]]
        let before = try open()
        _ = try await submit(before, member)
        _ = try await submit(before)
        let token = try await before.payer.token("system/*.cruds")
        _ = before.payer.send("DELETE", "/fhir/r4/Consent/consent-000001", token: token)
        _ = try before.sandbox.withdrawConsent(payerPatientID: "mem-000002")

        let after = try open()

        #expect(after.sandbox.payerResources() == before.sandbox.payerResources())
        #expect(after.sandbox.payerResource("Consent", "consent-000001") == nil)
        #expect(after.sandbox.payerResource("Consent", "consent-000002")?["status"] == "inactive")
        #expect(try await submit(after, member).status == 200)
    }

    @Test("lose at most the commit that was being written when the process was killed")
    func torn() async throws {
        let path = TestSandbox.temporaryPath("med0.ndjson")
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try await submit(TestSandbox { $0.med0File = path })
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes.append(contentsOf: Array(#"{"changes":[{"resourceType":"Pat"#.utf8))
        try bytes.write(to: URL(filePath: path))

        let after = try TestSandbox { $0.med0File = path }
        _ = try await submit(after, ["resourceType": "Patient", "id": "y"])
        let last = try TestSandbox { $0.med0File = path }

        #expect(last.sandbox.payerResource("Patient", "x") != nil)
        #expect(last.sandbox.payerResource("Patient", "y") != nil)
    }

    @Test("refuse to begin with a file that is something else")
    func foreignFile() throws {
        let path = TestSandbox.temporaryPath("other.txt")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("something else\n".utf8).write(to: URL(filePath: path))

        #expect(throws: SandboxError.unusableFile(path)) { try TestSandbox { $0.med0File = path } }
        #expect(throws: SandboxError.unusableFile("/nowhere/at/all")) {
            try TestSandbox { $0.med0File = "/nowhere/at/all" }
        }
    }

    @Test("are counted with every other request")
    func counts() async throws {
        let world = try TestSandbox { $0.faults.failFraction = 1 }
        _ = try await submit(world)
        let token = try await world.payer.token("system/*.rs")
        _ = world.payer.matches("/fhir/r4/Coverage?_include=Coverage:beneficiary", token: token)

        #expect(world.sandbox.payerRequests() == ["POST /": 1, "GET Coverage": 1])
    }

    @Test("do not keep Med0 from telling who is covered, with the patient beside the coverage")
    func roster() async throws {
        let world = try TestSandbox()
        let token = try await world.payer.token("system/*.rs")

        let pages = world.payer.pages("/fhir/r4/Coverage?_include=Coverage:beneficiary&_count=5", token: token)
        let byMember = world.payer.matches(
            "/fhir/r4/Coverage?identifier=https://med0.example/fhir/member-id|M0-000001-01", token: token)

        let entries = pages.flatMap { $0["entry"]?.elements ?? [] }.compactMap { $0["resource"]?.key }
        #expect(entries.filter { $0.hasPrefix("Coverage/") }.count == 12)
        #expect(entries.filter { $0.hasPrefix("Patient/") }.count == 12)
        #expect(byMember == ["Coverage/cov-000001"])
        #expect(
            world.payer.matches("/fhir/r4/Consent?patient=Patient/mem-000001", token: token) == [
                "Consent/consent-000001"
            ])
        #expect(
            world.payer.matches("/fhir/r4/Coverage?beneficiary=mem-000001", token: token) == ["Coverage/cov-000001"])
    }
}
