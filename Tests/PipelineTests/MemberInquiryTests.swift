import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Asking the payer who somebody is (MM-01 … MM-14).
@Suite("Whom only the payer can tell")
struct MemberInquiryTests {
    private static let day = 86_400.0

    @Test("a patient whom only the payer can tell goes out, and carries the payer's identifier (MM-11)")
    func carriesIdentifier() async throws {
        let night = try Self.night()
        night.payer.tell(.member(Card.umb, patient: "m-mae"))
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 1)
        #expect(try Self.identifiers(sentTo: night).filter { $0 == Card.umb }.count == 1)
        #expect(try await Self.exchange(night)?.match?.rule == "member-match")
        #expect(try await Self.actions(night).filter { $0.hasPrefix("match.") } == ["match.asked", "match.answered"])
    }

    @Test("a member who is told by an identifier alone is looked up at the payer by it (MM-14)")
    func lookedUp() async throws {
        let night = try Self.night()
        let told = Identifier(
            system: "https://clinic0.example/mrn", value: "mrn-m-mae",
            typeCodes: [Coding(system: "http://terminology.hl7.org/CodeSystem/v2-0203", code: "MB")])
        night.payer.tell(.member(told, patient: nil))
        #expect(try await night.run().exchanges.acknowledged == 1)
        #expect(try Self.identifiers(sentTo: night).contains(told))
    }

    @Test("an identifier that leads to nobody at the payer is no member")
    func leadsNowhere() async throws {
        let night = try Self.night()
        night.payer.tell(.member(Card.umb, patient: nil))
        #expect(try await night.run().exchanges.unmatched == 1)
        #expect(try await Self.match(night)?.outcome == .refused)
    }

    @Test("whoever was sent before the payer was asked is sent again with its identifier")
    func sentAgain() async throws {
        let night = try Self.night(by: [.demographics])
        _ = try await night.run("night-1")
        let terms = try Self.night(by: [.memberMatch, .demographics]).pipeline.terms
        let asking = ExchangePipeline(
            terms: terms, clinic: night.clinic, payer: night.payer, store: night.store,
            mappings: night.pipeline.mappings, identities: night.identities, clock: night.clock, random: { 0.5 },
            owner: "tests")
        night.payer.tell(.member(Card.umb, patient: "m-mae"))
        let before = try Self.identifiers(sentTo: night)
        let report = try await asking.run(night.firing("night-2"))
        let after = try Self.identifiers(sentTo: night)
        #expect(report.exchanges.acknowledged == 1)
        #expect(after == before + [Card.umb])
    }

    @Test("the same question is never asked twice, another card makes another, and no more than may be asked (MM-13)")
    func bounded() async throws {
        let night = try Self.night(inquiry: .init(attempts: 2))
        for (number, card) in ["M0-1", "M0-1", "M0-2", "M0-3"].enumerated() {
            night.clinic.put(try Card.coverage(card))
            _ = try await night.run("night-\(number)")
            night.clock.advance(seconds: 8 * Self.day)
        }
        let asked = night.payer.questions.map { $0.coverage["identifier"]?[0]?["value"]?.string }
        #expect(asked == ["M0-1", "M0-2"])
        #expect(try await Self.match(night)?.attempts == 2)
    }

    @Test("a question that got no answer is asked again in the next run, and counts once")
    func lost() async throws {
        let night = try Self.night()
        night.payer.loseNextQuestion()
        night.payer.tell(.member(Card.umb, patient: "m-mae"))
        let first = try await night.run("night-1")
        #expect(first.problems == [.remoteTimeout: 1])
        #expect(first.state == .partial)
        #expect(try await Self.match(night)?.outcome == .asked)
        let second = try await night.run("night-2")
        #expect(second.exchanges.acknowledged == 1)
        #expect(try await Self.match(night)?.attempts == 1)
        #expect(night.payer.questions.count == 2)
    }

    @Test("nobody is asked about whom an operator decided, or whom an earlier rule leaves in doubt")
    func notAsked() async throws {
        let apart = try Self.night()
        let key = apart.identities.key(source: "clinic0", type: "Patient", id: "mae")
        let link = MemberLink(
            route: apart.pipeline.terms.route, patient: key, member: nil, reason: "a twin", actor: "ada",
            at: apart.clock.now())
        try await apart.store.write {
            try $0.decide(link, audit: AuditEntry(at: link.at, actor: "ada", action: "member.unlinked"))
        }
        let double = NamedMember("mae2", "Mae", "Lind", born: "1966-02-11", memberID: nil)
        let doubtful = try Self.night([Card.mae, double], by: [.demographics, .memberMatch])
        let (first, second) = (try await apart.run(), try await doubtful.run())
        #expect(apart.payer.questions.isEmpty && doubtful.payer.questions.isEmpty)
        #expect(first.exchanges.unmatched == 1)
        #expect(second.exchanges.parked == [.matchAmbiguous: 2])
    }

    @Test("an answer is never used against an operator's word that came later")
    func unlinkedAfterwards() async throws {
        let night = try Self.night()
        night.payer.tell(.member(Card.umb, patient: "m-mae"))
        _ = try await night.run("night-1")
        let key = night.identities.key(source: "clinic0", type: "Patient", id: "mae")
        let link = MemberLink(
            route: night.pipeline.terms.route, patient: key, member: nil, reason: "wrong card", actor: "ada",
            at: night.clock.now())
        try await night.store.write {
            try $0.decide(link, audit: AuditEntry(at: link.at, actor: "ada", action: "member.unlinked"))
        }
        #expect(try await night.run("night-2").exchanges.unmatched == 1)
    }

    @Test("an answer that names somebody else by what else is known parks, and nothing leaves")
    func contradicted() async throws {
        let night = try Self.night([Card.mae, .joe])
        night.payer.tell(.member(Card.umb, patient: "m-joe"))
        let report = try await night.run()
        #expect(report.exchanges.parked[.matchContradicted] == 1)
        #expect(try await Self.exchange(night)?.state == .parked)
    }

    @Test("two charts of whom the payer says that they are one member are both parked")
    func sharedAnswer() async throws {
        let double = NamedMember("mae2", "Mae", "Lind", born: "1966-02-11", memberID: nil).with { $0.covered = nil }
        let night = try Self.night([Card.mae, double])
        night.clinic.put(try Card.coverage("M0-mae", of: "mae2", id: "card2"))
        night.payer.tell(.member(Card.umb, patient: "m-mae"), .member(Card.umb, patient: "m-mae"))
        #expect(try await night.run().exchanges.parked == [.matchAmbiguous: 2])
        #expect(night.payer.received.isEmpty)
    }

    @Test(
        "several members park, whatever a later rule finds; no member, or a refusal, leaves it to the later rule",
        arguments: [
            (MemberMatchAnswer.several, false), (.nobody, true), (.consentRefused, true), (.refused(status: 422), true),
            (.unusable("it is empty"), true),
        ])
    func refusals(answer: MemberMatchAnswer, isSent: Bool) async throws {
        let night = try Self.night(by: [.memberMatch, .demographics])
        night.payer.tell(answer)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == (isSent ? 1 : 0))
        #expect(report.exchanges.parked == (isSent ? [:] : [.matchAmbiguous: 1]))
    }

    @Test("a dry run asks nothing, and neither does a job whose rules do not say so")
    func dry() async throws {
        let night = try Self.night()
        _ = try await night.run(dryRun: true)
        let other = try Self.night(by: [.memberID, .subscriberID])
        _ = try await other.run()
        #expect(night.payer.questions.isEmpty && other.payer.questions.isEmpty)
    }

    @Test("without a card nothing is asked, and the clinic is asked for one again only after a week")
    func noCard() async throws {
        let night = try Self.night()
        night.clinic.remove("Coverage", "card")
        for wait in [0, 1, 7] {
            night.clock.advance(seconds: Double(wait) * Self.day)
            _ = try await night.run("night-\(wait)")
        }
        #expect(night.clinic.asked("Coverage").count == 2)
        #expect(night.payer.questions.isEmpty)
        #expect(try await Self.match(night)?.outcome == .notAsked)
    }

    @Test("an explanation tells what the payer answered, and when")
    func explained() async throws {
        let night = try Self.night()
        night.payer.tell(.nobody)
        _ = try await night.run()
        let key = night.identities.key(source: "clinic0", type: "Patient", id: "mae")
        let steps = try await night.pipeline.explain(patient: key).steps
        #expect(steps.contains("member-match: med0 knows nobody who is meant, on 2026-06-01 after 1 question"))
    }

    static func night(
        _ members: [NamedMember] = [Card.mae], by rules: [MatchRule] = [.memberID, .memberMatch],
        inquiry: ExchangeTerms.Inquiry = ExchangeTerms.Inquiry()
    ) throws -> Night {
        try Night(members, mappings: usCoreMappings, also: [Card.coverage()], matchBy: rules, inquiry: inquiry)
    }

    private static func identifiers(sentTo night: Night) throws -> [Identifier] {
        let patient = try #require(night.payer.held.values.first { $0.type == "Patient" })
        return (patient["identifier"]?.elements ?? []).compactMap(Identifier.init)
    }

    private static func match(_ night: Night) async throws -> MemberMatch? {
        let key = night.identities.key(source: "clinic0", type: "Patient", id: "mae")
        let route = night.pipeline.terms.route
        return try await night.store.read { try $0.memberMatch(of: key, route) }
    }

    private static func exchange(_ night: Night) async throws -> Exchange? {
        let key = night.identities.key(source: "clinic0", type: "Patient", id: "mae")
        return try await night.store.read { try $0.latestExchange(member: key, payer: "med0") }
    }

    private static func actions(_ night: Night) async throws -> [String] {
        try await night.store.read { try $0.audit(after: 0, limit: 100).map(\.entry.action) }
    }
}
