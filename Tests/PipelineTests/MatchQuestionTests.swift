import FHIR
import Foundation
import PDex
import PDexTesting
import SampleData
import Testing

@testable import Pipeline

@Suite("What a payer is asked with")
struct MatchQuestionTests {
    @Test("a question holds one card, the person and local references, and nothing else (MM-01 … MM-08)")
    func minimal() async throws {
        let night = try MemberInquiryTests.night()
        _ = try await night.run()
        let question = try #require(night.payer.questions.first)
        let id = try #require(question.patient.id)
        #expect(question.parts.map(\.name) == ["MemberPatient", "CoverageToMatch"])
        #expect(question.patient.json.keys == ["resourceType", "id", "gender", "name", "birthDate"])
        #expect(question.coverage["beneficiary"]?["reference"]?.string == "Patient/" + id)
        #expect(
            question.coverage.json.keys == [
                "resourceType", "id", "identifier", "status", "beneficiary", "period", "payor", "relationship",
            ])
        let text = String(decoding: question.parameters.serialized(), as: UTF8.self)
        for secret in ["mrn-mae", "row-981", "somebody-else", #""mae""#, "valueMoney"] {
            #expect(!text.contains(secret))
        }
        #expect(try MemberMatchQuestion(reading: question.parameters) == question)
    }

    @Test(
        "a consent goes along where one is recorded and wanted; where one is required and missing nothing is asked",
        arguments: [
            (ExchangeTerms.Inquiry.Consent.required, true, [true]), (.required, false, []),
            (.whenRecorded, true, [true]), (.whenRecorded, false, [false]), (.never, true, [false]),
        ] as [(ExchangeTerms.Inquiry.Consent, Bool, [Bool])])
    func consent(policy: ExchangeTerms.Inquiry.Consent, isRecorded: Bool, goesAlong: [Bool]) async throws {
        let night = try MemberInquiryTests.night(inquiry: .init(consent: policy))
        if isRecorded { night.clinic.put(try Card.consent()) }
        _ = try await night.run()
        #expect(night.payer.questions.map { $0.consent != nil } == goesAlong)
    }

    @Test(
        "a consent that goes along names the person in the question and the signed paper, and has no notes",
        arguments: [ExchangeTerms.Inquiry.Consent.required, .whenRecorded])
    func sentConsent(policy: ExchangeTerms.Inquiry.Consent) async throws {
        let night = try MemberInquiryTests.night(inquiry: .init(consent: policy))
        night.clinic.put(try Card.consent())
        _ = try await night.run()
        let question = try #require(night.payer.questions.first)
        let patient = try #require(question.patient.id)
        let sent = try #require(question.consent)
        #expect(sent["note"] == nil)
        #expect(sent["performer"]?[0]?["reference"]?.string == "Patient/" + patient)
        #expect(
            sent["sourceReference"]?["reference"]?.string == "https://fhir.clinic0.example/r4/DocumentReference/signed")
    }

    @Test("a consent to another payer, or of somebody else, does not go along")
    func otherConsents() async throws {
        let night = try MemberInquiryTests.night(inquiry: .init(consent: .required))
        night.clinic.put(try Card.consent(from: "1679576722"))
        _ = try await night.run()
        #expect(night.payer.questions.isEmpty)
    }

    @Test(
        "a consent goes along only if it says from when to when, and is in force now (HC-02)",
        arguments: [
            ("2026-01-01", "2026-12-31", true), ("2026-01-01", "2026-06-01T00:00:01Z", true), ("2026-01-01", "", false),
            ("", "2026-12-31", false), ("", "", false), ("2026-07-01", "2026-12-31", false),
            ("2026-01-01", "2026-05-30", false),
            // Already over where that day ends first.
            ("2026-01-01", "2026-05-31", false),
        ])
    func period(start: String, end: String, goesAlong: Bool) throws {
        var consent = try Card.consent()
        var provision = try #require(consent["provision"]?.object)
        let ends = [("start", start), ("end", end)].filter { !$0.1.isEmpty }
        provision["period"] = .object(
            JSONObject(members: ends.map { JSONObject.Member(key: $0.0, value: .string($0.1)) }))
        consent.json["provision"] = .object(provision)

        let question = try Self.question(by: [consent])

        #expect((question?.consent != nil) == goesAlong)
    }

    @Test(
        "a consent goes along if the patient alone gave it, however the clinic refers to its Patient",
        arguments: [
            (["Patient/mae"], true), (["https://fhir.clinic0.example/r4/Patient/mae"], true),
            (["HTTPS://FHIR.clinic0.example:443/r4/Patient/mae"], true),
            (["https://fhir.med0.example/r4/Patient/mae"], false), (["Patient/joe"], false),
            (["https://fhir.clinic0.example/r4/Patient/joe"], false), (["RelatedPerson/mae"], false),
            (["Patient/mae", "https://fhir.clinic0.example/r4/Patient/mae"], false), ([], false),
        ])
    func performer(references: [String], goesAlong: Bool) throws {
        var consent = try Card.consent()
        consent.json["performer"] = .array(references.map { ["reference": .string($0)] })

        let question = try Self.question(by: [consent])

        #expect((question?.consent != nil) == goesAlong)
        let own = question.map { "Patient/" + ($0.patient.id ?? "") }
        #expect(question?.consent?["performer"]?[0]?["reference"]?.string == own)
    }

    @Test(
        "no card of another plan, that is not active, without a number, or of two payors is shown to the payer",
        arguments: [
            "other plan", "cancelled", "draft", "entered-in-error", "no status", "no number", "two payors", "name only",
        ])
    func otherCards(flaw: String) async throws {
        let night = try MemberInquiryTests.night()
        night.clinic.put(
            try Card.coverage(npi: flaw == "other plan" ? "1679576722" : "1003000126") { card in
                switch flaw {
                case "cancelled", "draft", "entered-in-error": card["status"] = .string(flaw)
                case "no status": card["status"] = nil
                case "no number": card["identifier"] = nil
                case "two payors": card["payor"] = .array((card["payor"]?.elements ?? []) + [["display": "B"]])
                case "name only": card["payor"] = [["display": "Med0 Health Plan"]]
                default: break
                }
            })
        _ = try await night.run()
        #expect(night.payer.questions.isEmpty)
    }

    @Test("of several cards the one that pays first today is shown, or else the one that ended last")
    func severalCards() throws {
        func shown(_ cards: [Resource]) throws -> String? {
            let terms = try MemberInquiryTests.night().pipeline.terms
            let writer = MatchQuestionWriter(terms: terms, now: try #require(Instant("2026-06-01T00:00:00Z")))
            let chart = try Card.mae.clinicRecords()[0]
            let outcome = writer.outcome(about: chart, as: "x", coverages: cards, consents: []) { _ in nil }
            guard case .question(let question) = outcome else { return nil }
            return question.coverage["identifier"]?[0]?["value"]?.string
        }
        let second = try Card.coverage("second", id: "a") { $0["order"] = 2 }
        let first = try Card.coverage("first", id: "b") { $0["order"] = 1 }
        let old = try Card.coverage("old", id: "c") { $0["period"] = ["start": "2020-01-01", "end": "2021-01-01"] }
        let older = try Card.coverage("older", id: "d") { $0["period"] = ["start": "2010-01-01", "end": "2011-01-01"] }
        #expect(try shown([old, second, first]) == "first")
        #expect(try shown([older, old]) == "old")
        #expect(try shown([]) == nil)
    }

    @Test(
        "a question that breaks HRex is not read, and the flaw says where",
        arguments: [
            ("two patients", "Parameters.parameter[2]"), ("another name", "Parameters.parameter[2]"),
            ("no coverage", "Parameters.parameter"), ("absolute", "CoverageToMatch.beneficiary"),
            ("no birth date", "MemberPatient.birthDate"), ("no gender", "MemberPatient.gender"),
            ("no family", "MemberPatient.name"), ("a Patient for a Coverage", "Parameters.parameter[1]"),
        ])
    func flaws(flaw: String, path: String) throws {
        var patient = try Card.mae.clinicRecords()[0]
        var coverage = try Card.coverage()
        switch flaw {
        case "absolute": coverage.json["beneficiary"] = ["reference": "https://clinic0.example/Patient/mae"]
        case "no birth date": patient.json["birthDate"] = nil
        case "no gender": patient.json["gender"] = nil
        case "no family": patient.json["name"] = [["given": ["Mae"]]]
        case "a Patient for a Coverage": coverage = patient
        default: break
        }
        var parts: [JSONValue] = [
            ["name": "MemberPatient", "resource": .object(patient.json)],
            ["name": "CoverageToMatch", "resource": .object(coverage.json)],
        ]
        switch flaw {
        case "two patients": parts.append(parts[0])
        case "another name": parts.append(["name": "memberpatient", "resource": .object(patient.json)])
        case "no coverage": parts.removeLast()
        default: break
        }
        let found = #expect(throws: MemberMatchQuestion.Flaw.self) {
            try MemberMatchQuestion(reading: ["resourceType": "Parameters", "parameter": .array(parts)])
        }
        #expect(found?.path == path)
    }

    @Test("the worked example is read, and written again as it was", .enabled(if: SharedFolder.hasData))
    func workedExample() throws {
        let example = try Self.shared("worked-examples/01-member-match-request.json")
        let question = try MemberMatchQuestion(reading: .object(example.json))
        #expect(question.parts.map(\.name) == ["MemberPatient", "CoverageToMatch", "CoverageToLink", "Consent"])
        #expect(question.parameters["parameter"] == example["parameter"])
    }

    @Test(
        "the worked example about many is read, and written again as it was (BM-02)",
        .enabled(if: SharedFolder.hasData, "it is not on this machine"))
    func workedExampleOfMany() throws {
        let example = try Self.shared("worked-examples/06-bulk-member-match-request.json")
        let questions = try MemberMatchQuestion.many(reading: .object(example.json))
        #expect(questions.map { $0.parts.map(\.name) } == [["MemberPatient", "CoverageToMatch", "Consent"]])
        let written = MemberMatchQuestion.parameters(ofMany: questions)
        #expect(written["parameter"] == example["parameter"])
        #expect(written["meta"]?["profile"] == example["meta"]?["profile"])
    }

    @Test("the kit's parts make a question once their references are local (MM-03)", .enabled(if: SharedFolder.hasData))
    func kit() throws {
        let parts = try ["member_patient", "coverage_to_match", "coverage_to_link", "consent"]
            .map { try Self.shared("pdex-kit/\($0).fhir.json") }
        let names = ["MemberPatient", "CoverageToMatch", "CoverageToLink", "Consent"]
        let asTheyAre: [JSONValue] = zip(names, parts).map {
            ["name": .string($0), "resource": .object($1.json)]
        }
        let flaw = #expect(throws: MemberMatchQuestion.Flaw.self) {
            try MemberMatchQuestion(reading: ["resourceType": "Parameters", "parameter": .array(asTheyAre)])
        }
        #expect(flaw?.path == "CoverageToLink.beneficiary")
        let question = MemberMatchQuestion(
            patient: parts[0], coverage: parts[1], coverageToLink: parts[2], consent: parts[3])
        let read = try MemberMatchQuestion(reading: question.parameters)
        #expect(read == question)
        #expect(read.coverageToLink?["beneficiary"]?["reference"]?.string == "Patient/999")
    }

    /// The question about Mae to a payer that wants a consent with it; nil when there is none by `consents`.
    private static func question(by consents: [Resource]) throws -> MemberMatchQuestion? {
        let terms = try MemberInquiryTests.night(inquiry: .init(consent: .required)).pipeline.terms
        let writer = MatchQuestionWriter(terms: terms, now: try #require(Instant("2026-06-01T00:00:00Z")))
        let chart = try Card.mae.clinicRecords()[0]
        let cards = [try Card.coverage()]
        let outcome = writer.outcome(about: chart, as: "x", coverages: cards, consents: consents) { _ in nil }
        guard case .question(let question) = outcome else { return nil }
        return question
    }

    private static func shared(_ file: String) throws -> Resource {
        try SharedFolder.resource(file)
    }
}
