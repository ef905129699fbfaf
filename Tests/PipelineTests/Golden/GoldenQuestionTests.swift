import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// The questions to a payer about one person and about many, byte for byte (MM-01 … MM-08, BM-01).
///
/// A golden question is rewritten with `PDEX_GOLDEN=write`, and read before it is committed.
@Suite("The questions of worked examples")
struct GoldenQuestionTests {
    enum Example: String, CaseIterable {
        /// Who is this, with the consent that lets the payer answer.
        case one = "question"
        /// The same among many.
        case many = "question-of-many"
    }

    @Test("are what they were", arguments: Example.allCases)
    func golden(example: Example) async throws {
        let question = try await Self.question()
        let json =
            switch example {
            case .one: question.parameters
            case .many: MemberMatchQuestion.parameters(ofMany: [question])
            }
        let golden = json.serialized(pretty: true)
        try GoldenFile.expect(golden, in: example.rawValue)
    }

    @Test("name one person throughout, one policy, who discloses and who receives, and no coverage to link")
    func rules() async throws {
        let question = try await Self.question()
        let text = String(decoding: question.parameters.serialized(), as: UTF8.self)
        let person = "Patient/" + (question.patient.id ?? "")
        #expect(text.ranges(of: "\"\(person)\"").count == 3)
        #expect(question.parts.map(\.name) == ["MemberPatient", "CoverageToMatch", "Consent"])
        let consent = try #require(question.consent)
        #expect(
            consent["policy"]?.elements.compactMap { $0["uri"]?.string } == [
                "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#regular"
            ])
        let actors = (consent["provision"]?["actor"]?.elements ?? []).map { actor in
            let role = actor["role"]?["coding"]?.elements.first?["code"]?.string ?? ""
            return "\(role) \(actor["reference"]?["identifier"]?["value"]?.string ?? "")"
        }
        #expect(actors == ["performer 1003000126", "IRCP 1234567893"])
    }

    private static func question() async throws -> MemberMatchQuestion {
        let night = try MemberInquiryTests.night(inquiry: .init(consent: .required))
        night.clinic.put(try Card.consent())
        _ = try await night.run()
        return try #require(night.payer.questions.first)
    }
}
