import FHIR
import FHIRClient
import PDex
import PDexTesting
import Serving
import Testing

@testable import Sandbox

@Suite("Who many people are")
struct BulkMatchTests {
    @Test(
        "is answered later, with each person in one Group, and one bad consent fails nobody else (BM-05)",
        arguments: BulkMatchShape.allCases)
    func groups(shape: BulkMatchShape) async throws {
        let world = try TestSandbox { $0.bulkMatch = shape }
        let token = try await world.payer.token("system/*.rs")
        var questions = try [
            MemberMatchTests.question(world, consent: true, flaw: ""),
            MemberMatchTests.question(world, consent: true, flaw: "another name"),
            MemberMatchTests.question(world, consent: true, flaw: "an old consent"),
        ]
        questions = try questions.enumerated().map { try Self.renamed($1, "p\($0)") }

        let start = Self.ask(questions, world, token)
        let place = try #require(start.headers["Content-Location"])
        let path = String(place.dropFirst(world.payer.endpoint.origin.text.count))
        let manifest = try #require(world.payer.send("GET", path, token: token).json)
        let file = try #require(manifest["output"]?[0]?["url"]?.string)
        let lines = world.payer.send(
            "GET", String(file.dropFirst(world.payer.endpoint.origin.text.count)), token: token
        ).lines
        let body = lines.map { String(decoding: $0.serialized(), as: UTF8.self) }.joined()

        #expect(start.status == 202)
        for (index, kind) in ["match", "nomatch", "consentconstraint"].enumerated() {
            #expect(body.contains(#""code":"\#(kind)""#))
            #expect(body.contains(##""reference":"#p\##(index)""##))
        }
        #expect(body.contains(#""reference":"Patient/\#(SpecialMember.joeSmith.payerPatientID)""#))
        #expect(lines.count == (shape == .groups ? 3 : 1))
        let kept = world.sandbox.payerResources().filter { $0.type == "Group" }.map { $0["member"]?.elements.count }
        #expect(kept == [1, 1, 1])
    }

    @Test(
        "is refused whole for what breaks PDex, and nothing is kept",
        arguments: [("the same id twice", 400), ("no consent", 400), ("nobody", 400), ("no preference", 400)])
    func refused(flaw: String, status: Int) async throws {
        let world = try TestSandbox()
        let token = try await world.payer.token("system/*.rs")
        let one = try MemberMatchTests.question(world, consent: flaw != "no consent", flaw: "")
        let questions = flaw == "nobody" ? [] : flaw == "the same id twice" ? [one, one] : [one]

        let answer = Self.ask(questions, world, token, isAsync: flaw != "no preference")

        #expect(answer.status == status)
        #expect(!world.sandbox.payerResources().contains { $0.type == "Group" })
    }

    @Test("the Group of those who matched is exported for a purpose, and holds their data and nobody else's (DX-01)")
    func exported() async throws {
        let world = try TestSandbox()
        let token = try await world.payer.token("system/*.rs")
        let question = try MemberMatchTests.question(world, consent: true, flaw: "")
        #expect(Self.ask([question], world, token).status == 202)
        let group = try #require(world.sandbox.payerResources().first { $0.type == "Group" }?.id)

        let start = Self.export(group, ["exportType": "hl7.fhir.us.davinci-pdex#provider-snapshot"], world, token)
        let place = try #require(start.headers["Content-Location"])
        let cut = world.payer.endpoint.origin.text.count
        let manifest = try #require(world.payer.send("GET", String(place.dropFirst(cut)), token: token).json)
        let lines = (manifest["output"]?.elements ?? []).compactMap { $0["url"]?.string }.flatMap {
            world.payer.send("GET", String($0.dropFirst(cut)), token: token).lines
        }

        let patients = lines.filter { $0["resourceType"]?.string == "Patient" }.map { $0["id"]?.string }
        #expect(patients == [SpecialMember.joeSmith.payerPatientID])
        #expect(lines.contains { $0["resourceType"]?.string == "Coverage" })
        #expect(!lines.contains { $0["resourceType"]?.string == "Group" })
    }

    @Test(
        "each purpose gives what it is for: everything that there is, or what changed since (DX-02)",
        arguments: ExportPurpose.allCases)
    func contents(purpose: ExportPurpose) async throws {
        let world = try TestSandbox()
        let joe = SpecialMember.joeSmith.payerPatientID
        let first = try await world.payer.token("system/*.rs")
        _ = Self.ask([try MemberMatchTests.question(world, consent: true, flaw: "")], world, first)
        let group = try #require(world.sandbox.payerResources().first { $0.type == "Group" }?.id)
        world.clock.advance(seconds: 3600)
        let since = world.clock.now()
        world.clock.advance(seconds: 3600)
        var patient = try #require(world.sandbox.payerResources().first { $0.type == "Patient" && $0.id == joe })
        patient.json["language"] = "en"
        try world.sandbox.updatePayer(patient)
        let token = try await world.payer.token("system/*.rs")
        var parameters = ["exportType": purpose.exportType]
        if purpose == .providerDelta { parameters["_since"] = since.text }

        let place = try #require(Self.export(group, parameters, world, token).headers["Content-Location"])
        let cut = world.payer.endpoint.origin.text.count
        let manifest = try #require(world.payer.send("GET", String(place.dropFirst(cut)), token: token).json)
        let lines = (manifest["output"]?.elements ?? []).compactMap { $0["url"]?.string }.flatMap {
            world.payer.send("GET", String($0.dropFirst(cut)), token: token).lines
        }

        let types = Set(lines.compactMap { $0["resourceType"]?.string })
        #expect(lines.count { $0["language"] == "en" && $0["id"]?.string == joe } == 1)
        #expect(types.contains("Coverage") == (purpose != .providerDelta))
        #expect(purpose != .providerDelta || lines.count == 1)
    }

    @Test(
        "an export for a purpose is refused without the purpose's terms, and a foreign patient is ignored with a word",
        arguments: [
            (["exportType": "hl7.fhir.us.davinci-pdex#provider-delta"], 400), (["exportType": "anything"], 400),
            (["exportType": "hl7.fhir.us.davinci-pdex#payertopayer", "patient": "Patient/nobody"], 202),
        ])
    func purposes(parameters: [String: String], status: Int) async throws {
        let world = try TestSandbox()
        let token = try await world.payer.token("system/*.rs")
        _ = Self.ask([try MemberMatchTests.question(world, consent: true, flaw: "")], world, token)
        let group = try #require(world.sandbox.payerResources().first { $0.type == "Group" }?.id)

        let answer = Self.export(group, parameters, world, token)

        #expect(answer.status == status)
        let place = answer.headers["Content-Location"].map {
            String($0.dropFirst(world.payer.endpoint.origin.text.count))
        }
        let manifest = place.flatMap { world.payer.send("GET", $0, token: token).json }
        #expect((manifest?["error"]?.elements.count ?? 0) == (status == 202 ? 1 : 0))
    }

    @Test(
        "a member whose consent has ended, or who has withdrawn it, is left out of an export, with a word and no name (DX-04)",
        arguments: ["nothing", "time", "withdrawal", "denial", "another payer's denial"])
    func consents(change: String) async throws {
        let world = try TestSandbox()
        let joe = SpecialMember.joeSmith.payerPatientID
        let first = try await world.payer.token("system/*.rs")
        _ = Self.ask([try MemberMatchTests.question(world, consent: true, flaw: "")], world, first)
        let group = try #require(world.sandbox.payerResources().first { $0.type == "Group" }?.id)
        if change == "time" { world.clock.advance(seconds: 80 * 366 * 86_400) }
        if change.hasSuffix("l") {
            let record = HRexConsent(
                id: "later", patientID: joe, status: change == "withdrawal" ? "inactive" : "active",
                start: "2020-01-01", end: "2099-01-01", lastUpdated: world.clock.now(),
                isForTheClinic: !change.contains("another"))
            let kind = change == "withdrawal" ? "permit" : "deny"
            let text = record.text.replacing(#""type":"permit""#, with: #""type":"\#(kind)""#)
            try world.sandbox.updatePayer(Resource(parsing: Array(text.utf8)))
        }
        let token = try await world.payer.token("system/*.rs")

        let start = Self.export(group, ["exportType": "hl7.fhir.us.davinci-pdex#payertopayer"], world, token)
        let place = try #require(start.headers["Content-Location"])
        let cut = world.payer.endpoint.origin.text.count
        let manifest = try #require(world.payer.send("GET", String(place.dropFirst(cut)), token: token).json)
        func lines(_ part: String) -> [JSONValue] {
            (manifest[part]?.elements ?? []).compactMap { $0["url"]?.string }.flatMap {
                world.payer.send("GET", String($0.dropFirst(cut)), token: token).lines
            }
        }

        let isTold = change == "nothing" || change.contains("another")
        #expect(lines("output").contains { $0["resourceType"]?.string == "Patient" } == isTold)
        #expect(lines("error").count == (isTold ? 0 : 1))
        let text = lines("error").map { String(decoding: $0.serialized(), as: UTF8.self) }.joined()
        #expect(!text.contains(joe))
    }

    @Test("an export for a purpose takes types and filters in a list each, and tells the parts apart (DX-01)")
    func lists() async throws {
        let world = try TestSandbox()
        let token = try await world.payer.token("system/*.rs")
        _ = Self.ask([try MemberMatchTests.question(world, consent: true, flaw: "")], world, token)
        let group = try #require(world.sandbox.payerResources().first { $0.type == "Group" }?.id)
        let parameters = [
            "exportType": ExportPurpose.payerToPayer.exportType, "_type": "Patient,Coverage",
            "_typeFilter": "Patient?_lastUpdated=gt2999-01-01,Coverage?_lastUpdated=ge1970-01-01",
        ]

        let place = try #require(Self.export(group, parameters, world, token).headers["Content-Location"])
        let cut = world.payer.endpoint.origin.text.count
        let manifest = try #require(world.payer.send("GET", String(place.dropFirst(cut)), token: token).json)

        #expect(manifest["output"]?.elements.map { $0["type"]?.string } == ["Coverage"])
    }

    @Test(
        "an export for a purpose is refused when a parameter is there twice that may be there once (DX-01)",
        arguments: [("_type", "Patient", "Coverage"), ("_typeFilter", "Patient?_id=a", "Coverage?_id=a")])
    func repeated(name: String, first: String, second: String) async throws {
        let world = try TestSandbox()
        let token = try await world.payer.token("system/*.rs")
        _ = Self.ask([try MemberMatchTests.question(world, consent: true, flaw: "")], world, token)
        let group = try #require(world.sandbox.payerResources().first { $0.type == "Group" }?.id)

        let twice = Self.export(group, [Self.parameter(name, first), Self.parameter(name, second)], world, token)
        let once = Self.export(group, [Self.parameter(name, first + "," + second)], world, token)

        #expect(twice.status == 400)
        #expect(twice.json?["resourceType"]?.string == "OperationOutcome")
        #expect(once.status == 202)
    }

    private static func export(
        _ group: String, _ parameters: [String: String], _ world: TestSandbox, _ token: String
    ) -> ServedAnswer {
        export(group, parameters.map { parameter($0.key, $0.value) }, world, token)
    }

    private static func parameter(_ name: String, _ value: String) -> JSONValue {
        name == "patient"
            ? ["name": .string(name), "valueReference": ["reference": .string(value)]]
            : ["name": .string(name), "valueCanonical": .string(value)]
    }

    private static func export(
        _ group: String, _ list: [JSONValue], _ world: TestSandbox, _ token: String
    ) -> ServedAnswer {
        world.payer.send(
            "POST", "/fhir/r4/Group/\(group)/$davinci-data-export", token: token,
            headers: [("Prefer", "respond-async")],
            body: ["resourceType": "Parameters", "parameter": .array(list)])
    }

    private static func ask(
        _ questions: [MemberMatchQuestion], _ world: TestSandbox, _ token: String, isAsync: Bool = true
    ) -> ServedAnswer {
        world.payer.send(
            "POST", "/fhir/r4/Group/$bulk-member-match", token: token,
            headers: isAsync ? [("Prefer", "respond-async")] : [],
            body: MemberMatchQuestion.parameters(ofMany: questions))
    }

    private static func renamed(_ question: MemberMatchQuestion, _ id: String) throws -> MemberMatchQuestion {
        var patient = question.patient
        patient.json["id"] = .string(id)
        return MemberMatchQuestion(patient: patient, coverage: question.coverage, consent: question.consent)
    }
}
