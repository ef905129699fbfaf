import FHIR
import FHIRClient
import PDex
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
