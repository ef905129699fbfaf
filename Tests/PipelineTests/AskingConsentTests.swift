import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// A question who somebody is names the person (MM-13, CO-01): it leaves only when nothing known objects.
@Suite("Nobody is asked about who does not want it")
struct AskingConsentTests {
    /// What objects.
    enum Objection: String, CaseIterable, CustomTestStringConvertible {
        case labelled, flagged, denied, deniedTheAnswer, withdrawn
        var testDescription: String { rawValue }

        var code: FaultCode {
            switch self {
            case .labelled, .flagged: .consentSensitive
            case .denied, .deniedTheAnswer, .withdrawn: .consentDenied
            }
        }
    }

    @Test(
        "no request leaves, and no card is read for it", arguments: Objection.allCases,
        [ExchangeTerms.Inquiry.Consent.required, .never])
    func objected(objection: Objection, consent: ExchangeTerms.Inquiry.Consent) async throws {
        let night = try Self.night(consent)
        try Self.object(objection, night)
        _ = try await night.run()
        #expect(night.payer.questions.isEmpty)
        #expect(!night.clinic.requests.contains { $0.hasPrefix("search Coverage") })
        let match = try await Self.match(night)
        #expect(match?.outcome == .notAsked)
        #expect(match?.detail.hasPrefix(objection.code.rawValue + ": ") == true)
    }

    @Test("an objection that comes between two questions stops the second", arguments: Objection.allCases)
    func between(objection: Objection) async throws {
        let night = try Self.night(.required)
        night.payer.loseNextQuestion()
        _ = try await night.run("night-1")
        try Self.object(objection, night)
        night.clock.advance(seconds: 3600)
        _ = try await night.run("night-2")
        #expect(night.payer.questions.count == 1)
    }

    @Test("what is staged while a connection is waited for stops the question, and nothing is counted (CO-03)")
    func atTheLastLook() async throws {
        let night = try Self.night(.required)
        night.payer.beforeBeginning { [night] in try await Self.stage(Self.denial(), night) }

        _ = try await night.run()

        #expect(night.payer.questions.isEmpty)
        let match = try await Self.match(night)
        #expect(match?.outcome == .notAsked && match?.attempts == 0 && match?.question == nil)
        #expect(match?.detail.hasPrefix("consent.denied: ") == true)
        let trail = try await night.store.read { try $0.audit(after: 0, limit: 1000) }.map(\.entry.action)
        #expect(trail.filter { $0.hasPrefix("match.") } == ["match.asked", "match.not-asked"])
    }

    @Test("a question that may have arrived before somebody objected counts, and has no answer")
    func afterATry() async throws {
        let night = try Self.night(.required)
        _ = try await night.run(dryRun: true)
        let tally = PullTally()
        let inquiry = night.pipeline.inquiry(night.firing("night-2"), tally)
        let key = night.identities.key(source: "clinic0", type: "Patient", id: "mae")
        let look = QuestionLook(inquiry: inquiry, patient: key, live: [])
        let asked = MemberMatch(
            route: night.pipeline.terms.route, patient: key, outcome: .asked, question: 7, attempts: 1, detail: "",
            at: night.clock.now())
        var unasked = asked
        (unasked.outcome, unasked.question, unasked.attempts) = (.notAsked, nil, 0)

        try await look.take()
        try await Self.stage(Self.denial(), night)
        let fault = await #expect(throws: Fault.self) { try await look.take() }

        let kept = look.withheld(asked, unasked: unasked, try #require(fault))
        #expect(fault?.code == .consentDenied && fault?.disposition == .withhold)
        #expect(kept.outcome == .asked && kept.question == 7 && kept.attempts == 1)
    }

    @Test("without an objection the question leaves, with the consent or without one")
    func unopposed() async throws {
        for consent in [ExchangeTerms.Inquiry.Consent.required, .never] {
            let night = try Self.night(consent)
            _ = try await night.run()
            #expect(night.payer.questions.count == 1)
        }
    }

    @Test("a consent that names somebody by the digits of an NPI in another system does not go along")
    func otherSystem() async throws {
        let night = try Self.night(.required)
        let text = String(decoding: try Card.consent().serialized(), as: UTF8.self)
        night.clinic.put(
            try Resource(parsing: Array(text.replacing("http://hl7.org/fhir/sid/us-npi", with: "urn:other").utf8)))
        _ = try await night.run()
        #expect(night.payer.questions.isEmpty)
    }

    @Test("nobody of whom that is known is in a question about many")
    func many() async throws {
        let night = try Self.night(.required, asksMany: true)
        try Self.object(.denied, night)
        _ = try await night.run(dryRun: true)
        let matching = try await night.pipeline.matchMembers(by: "tests", dryRun: true)
        #expect(matching.asked == 0 && matching.notAsked == 1)
        #expect(matching.reasons == ["consent.denied": 1])
        #expect(night.payer.questions.isEmpty)
    }

    private static func night(_ consent: ExchangeTerms.Inquiry.Consent, asksMany: Bool = false) throws -> Night {
        let night = try Night(
            [Card.mae], mappings: usCoreMappings, also: [Card.coverage(), Card.consent()], by: .rosterSearch,
            types: ["Patient", "Encounter", "Condition", "Observation", "Flag"], matchBy: [.memberID, .memberMatch],
            inquiry: .init(consent: consent, asksMany: asksMany), payerExports: asksMany ? idle : nil)
        night.clinic.rewrite { $0.listsConsent = true }
        return night
    }

    private static func denial() throws -> Resource {
        try Resource([
            "resourceType": "Consent", "id": "no", "status": "active", "patient": ["reference": "Patient/mae"],
            "provision": ["type": "deny"],
        ])
    }

    /// As another process does that pulls at the same time.
    private static func stage(_ consent: Resource, _ night: Night) async throws {
        let stager = Stager(source: "clinic0", base: "https://fhir.clinic0.example/r4", identities: night.identities)
        let intake = Intake(
            stager: stager, store: night.store, tally: PullTally(), clock: night.clock, observer: { _ in })
        var lines = LineBuffer()
        consent.serialized().withUnsafeBytes { lines.append(line: $0) }
        _ = try await intake.stage(lines.take(), expecting: "Consent")
    }

    /// A payer's server from which files are never requested.
    private static let idle = ScriptedClinic(
        base: "https://fhir.med0.example/r4", clock: ManualClock(.latest), resources: [])

    private static func object(_ objection: Objection, _ night: Night) throws {
        let label: JSONValue = [
            "security": [["system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"]]
        ]
        switch objection {
        case .labelled:
            var patient = try Card.mae.clinicRecords()[0].json
            patient["meta"] = label
            night.clinic.put(try Resource(.object(patient)))
        case .flagged:
            night.clinic.put(
                try Resource([
                    "resourceType": "Flag", "id": "flag", "status": "active", "meta": label,
                    "code": ["text": "ask first"], "subject": ["reference": "Patient/mae"],
                ]))
        case .denied:
            night.clinic.put(try consent("\"type\":\"permit\"", "\"type\":\"deny\"", swapped: true))
        case .deniedTheAnswer:
            night.clinic.put(try consent("\"type\":\"permit\"", "\"type\":\"deny\"", swapped: false))
        case .withdrawn:
            night.clinic.put(
                try consent("\"status\":\"active\"", "\"status\":\"inactive\"", swapped: true, updated: true))
        }
    }

    /// Another consent of the clinic, from the clinic to the payer if `swapped`, else as the one that goes along.
    private static func consent(
        _ word: String, _ other: String, swapped: Bool, updated: Bool = false
    ) throws -> Resource {
        var text = String(decoding: try Card.consent().serialized(), as: UTF8.self)
            .replacing("\"agreed\"", with: "\"objection\"").replacing(word, with: other)
        if swapped {
            text = text.replacing("1003000126", with: "x").replacing("1234567893", with: "1003000126")
                .replacing("\"x\"", with: "\"1234567893\"")
        }
        var json = try Resource(parsing: Array(text.utf8)).json
        if updated { json["meta"] = ["lastUpdated": "2026-04-01T08:00:00Z"] }
        return try Resource(.object(json))
    }

    private static func match(_ night: Night) async throws -> MemberMatch? {
        let key = night.identities.key(source: "clinic0", type: "Patient", id: "mae")
        let route = night.pipeline.terms.route
        return try await night.store.read { try $0.memberMatch(of: key, route) }
    }
}
