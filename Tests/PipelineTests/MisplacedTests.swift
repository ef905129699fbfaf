import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Data that went to the payer as the wrong member's (T10), as an operator's decision or the clinic's merge shows.
@Suite("What went there as the wrong member is taken back, as the payer's policy says")
struct MisplacedTests {
    private static let clinical: Set = ["Encounter", "Condition", "Observation"]

    /// Why a patient is no longer taken for the same member.
    enum Turn: String, CaseIterable, CustomTestStringConvertible {
        case unlinked, relinked, merged, unmerged
        var testDescription: String { rawValue }
    }

    @Test("it is deleted and nobody else's is, and the next run sends it where it belongs", arguments: Turn.allCases)
    func deleted(turn: Turn) async throws {
        let night = try await Self.delivered(turn, .delete)
        let others = Self.held(night).filter { !Self.isJoes($0) }
        try await Self.make(turn, night)
        let second = try await Self.next(night)
        // Once Joe is linked to her member, Ada is no longer recognised.
        let isAdaGone = turn == .relinked
        #expect(second.notes == [.retractedByDelete: isAdaGone ? 6 : 3])
        #expect(second.balanced)
        #expect(Self.held(night).filter(Self.isJoes).isEmpty)
        let between = night.payer.received.count
        let third = try await Self.next(night)
        let fourth = try await Self.next(night)
        #expect(third.notes == [:] && fourth.notes == [:])
        #expect(Self.held(night).filter { !Self.isJoes($0) } == (isAdaGone ? [] : others))
        let isSentAgain = turn == .relinked || turn == .merged
        #expect(Self.held(night).filter(Self.isJoes).count == (isSentAgain ? 3 : 0))
        #expect(night.payer.received.count == between + (isSentAgain ? 1 : 0))
        #expect(try await Self.latest(night)?.reason == Self.reason(turn))
        #expect(try await Self.latest(night)?.state == (isSentAgain ? .acknowledged : Self.rest(turn)))
        if isSentAgain {
            #expect(try await Self.latest(night)?.match?.member == Self.member("m-ada", night))
        }
    }

    @Test("who is nobody's any more is counted as unmatched by the run that takes back")
    func counted() async throws {
        let night = try await Self.delivered(.unlinked, .delete)
        try await Self.make(.unlinked, night)

        let report = try await Self.next(night)

        #expect(report.notes == [.retractedByDelete: 3])
        #expect(report.exchanges.unmatched == 1 && report.exchanges.acknowledged == 0)
        #expect(report.balanced)
    }

    @Test("it is written again as entered in error where that was agreed", arguments: [Turn.unlinked, .unmerged])
    func entered(turn: Turn) async throws {
        let night = try await Self.delivered(turn, .enteredInError)
        try await Self.make(turn, night)
        #expect(try await Self.next(night).notes == [.retracted: 3])
        for resource in Self.held(night).filter(Self.isJoes) {
            #expect(resource["status"] == "entered-in-error" || resource["verificationStatus"] != nil)
        }
        #expect(try await Self.next(night).notes == [:])
    }

    @Test("it is listed once, and what is the right member's goes there after it", arguments: Turn.allCases)
    func listed(turn: Turn) async throws {
        let night = try await Self.delivered(turn, .notify)
        let before = night.payer.received.count
        try await Self.make(turn, night)
        let second = try await Self.next(night)
        #expect(second.notes == [.notRetracted: turn == .relinked ? 6 : 3])
        #expect(second.balanced)
        #expect(night.payer.received.count == before)
        #expect(try await Self.next(night).notes == [:])
        let isSentAgain = turn == .relinked || turn == .merged
        #expect(night.payer.received.count == before + (isSentAgain ? 1 : 0))
        #expect(try await Self.latest(night)?.state == (isSentAgain ? .acknowledged : Self.rest(turn)))
    }

    @Test(
        "it stays unless that was agreed; the operator is told, and what moves is sent whole", arguments: Turn.allCases)
    func left(turn: Turn) async throws {
        let night = try await Self.delivered(turn, .leave)
        let before = night.payer.received.count
        try await Self.make(turn, night)
        #expect(try await Self.next(night).notes == [:])
        #expect(Self.held(night).filter(Self.isJoes).count == 3)
        let isSentAgain = turn == .relinked || turn == .merged
        let sent = night.payer.received.dropFirst(before).map { String(decoding: $0, as: UTF8.self) }
        #expect(sent.filter { $0.contains("joe-visit") }.count == (isSentAgain ? 1 : 0))
    }

    @Test("who asks is told what the payer holds and what becomes of it, and so is the audit trail")
    func told() async throws {
        let night = try await Self.delivered(.unlinked, .leave)
        try await Self.make(.unlinked, night)
        let words = try await night.pipeline.explain(patient: Self.patient("joe", night)).misplaced
        let member = Self.member("m-joe", night)
        #expect(words?.hasPrefix("med0 holds ") == true)
        #expect(
            words?.contains(" of the patient as member \(member), which stay there until somebody tells it") == true)
        let audit = try await night.store.read { try $0.audit(after: 0, limit: 1000) }.map(\.entry)
        #expect(audit.last { $0.action == "member.misplaced" }?.reason?.hasSuffix(words ?? "-") == true)
        #expect(try await night.pipeline.explain(patient: Self.patient("ada", night)).misplaced == nil)
    }

    @Test(
        "nothing goes to the right member before it is taken back",
        arguments: [ScriptedPayer.Reply.busy(retryAfterSeconds: 86_400), .refuse(422)])
    func inOrder(reply: ScriptedPayer.Reply) async throws {
        let night = try await Self.delivered(.merged, .delete)
        try await Self.make(.merged, night)
        night.payer.reply(reply)
        _ = try await Self.next(night)
        let count = night.payer.received.count
        _ = try await Self.next(night)
        let sent = night.payer.received.dropFirst(count).map { String(decoding: $0, as: UTF8.self) }
        #expect(sent.allSatisfy { !$0.contains("valueQuantity") })
        night.clock.advance(seconds: 2 * 86_400)
        for _ in 0..<3 { _ = try await Self.next(night) }
        #expect(Self.held(night).filter(Self.isJoes).count == 3)
        #expect(try await Self.latest(night)?.match?.member == Self.member("m-ada", night))
        #expect(try await night.store.read { try $0.queued() }.isEmpty)
    }

    @Test("what only may have arrived is deleted, too")
    func doubtful() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, afterRevocation: .delete, concurrency: 1)
        night.payer.reply(.loseAnswer)
        _ = try await night.run("night-1")
        try await Self.decide("joe", nil, night)
        for _ in 0..<2 { _ = try await Self.next(night) }
        #expect(Self.held(night).filter(Self.isJoes).isEmpty)
        #expect(try await night.store.read { try $0.queued() }.isEmpty)
    }

    @Test(
        "what was marked as one member's, and only may have arrived as another's since, is the other's",
        arguments: [true, false])
    func markedBefore(arrived: Bool) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, attempts: 1, afterRevocation: .enteredInError)
        _ = try await night.run("night-1")
        try await Self.make(.merged, night)
        let marked = try await Self.next(night)
        night.payer.reply(arrived ? .loseAnswer : .fail(Fault(.payerUnknownOutcome, .retry, "no answer came")))
        let doubtful = try await Self.next(night)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "7.50")))
        let later = [try await Self.next(night), try await Self.next(night)]

        #expect(marked.notes == [.retracted: 3])
        #expect(doubtful.exchanges.acknowledged == 0)
        #expect(later.map(\.notes) == [[:], [:]])
        #expect(Self.held(night).filter(Self.isJoes).allSatisfy { $0["status"] != "entered-in-error" })
        #expect(Self.held(night).filter(Self.isJoes).count == 3)
    }

    @Test(
        "what is marked stays the member's who is recognised by something else since, and is numbered anew after that")
    func markedAndRenumbered() async throws {
        let night = try Night(
            [.joe, .ada], mappings: usCoreMappings, matchBy: [.demographics], afterRevocation: .delete)
        _ = try await night.run("night-1")
        var wrong = try Resource(NamedMember.joe.observation(value: "7.20"))
        wrong.json["status"] = "entered-in-error"
        night.clinic.put(wrong)
        let marked = try await Self.next(night)
        let terms = try Night([], mappings: usCoreMappings, afterRevocation: .delete).pipeline.terms
        let later = night.pipeline(by: terms)
        var more = try Resource(NamedMember.joe.observation(value: "8.10"))
        more.json["id"] = "joe-glucose-2"
        night.clinic.put(more)
        night.clock.advance(seconds: 3600)
        let other = try await later.run(night.firing("night-3"))
        try Self.renumber(night)
        night.clock.advance(seconds: 3600)
        let renumbered = try await later.run(night.firing("night-4"))

        #expect(marked.notes == [.retracted: 1])
        #expect(other.notes == [:] && other.exchanges.acknowledged == 1)
        #expect(renumbered.notes == [:])
        #expect(try await Self.latest(night)?.match?.member == Self.member("m-joseph", night))
        #expect(Self.held(night).filter(Self.isJoes).count == 4)
    }

    @Test("a record that the payer numbers anew is no other member, nor is one who is merely not found any more")
    func renumbered() async throws {
        let night = try await Self.delivered(.unlinked, .delete)
        try Self.renumber(night)
        #expect(try await Self.next(night).notes == [:])
        #expect(try await Self.latest(night)?.match?.member == Self.member("m-joseph", night))
        night.payer.remove("Coverage", "cov-joe")
        #expect(try await Self.next(night).notes == [:])
        #expect(Self.held(night).filter(Self.isJoes).count == 3)
    }

    /// Sends Joe as himself or, before a merge is undone, as the one he was merged into.
    private static func delivered(_ turn: Turn, _ policy: ExchangeTerms.AfterRevocation) async throws -> Night {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, afterRevocation: policy)
        if turn == .unmerged { night.clinic.put(try merged()) }
        _ = try await night.run("night-1")
        #expect(held(night).filter(isJoes).count == 3)
        return night
    }

    private static func renumber(_ night: Night) throws {
        for record in try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") {
            let text = String(decoding: record.serialized(), as: UTF8.self)
            night.payer.remove(record.type, record.id ?? "")
            night.payer.put(try Resource(parsing: Array(text.replacing("m-joe", with: "m-joseph").utf8)))
        }
    }

    private static func make(_ turn: Turn, _ night: Night) async throws {
        switch turn {
        case .unlinked: try await decide("joe", nil, night)
        case .relinked:
            try await decide("ada", nil, night)
            try await decide("joe", "m-ada", night)
        case .merged: night.clinic.put(try merged())
        case .unmerged: night.clinic.put(try NamedMember.joe.clinicRecords()[0])
        }
    }

    /// Joe's chart at the clinic after its merge into Ada's.
    private static func merged() throws -> Resource {
        var chart = try NamedMember.joe.clinicRecords()[0].json
        chart["link"] = [["other": ["reference": "Patient/ada"], "type": "replaced-by"]]
        return try Resource(.object(chart))
    }

    private static func reason(_ turn: Turn) -> FaultCode? {
        switch turn {
        case .unlinked: .matchApart
        case .unmerged: .matchUnmerged
        case .relinked, .merged: nil
        }
    }

    private static func rest(_ turn: Turn) -> ExchangeState { turn == .unmerged ? .parked : .unmatched }

    private static func decide(_ patient: String, _ member: String?, _ night: Night) async throws {
        let link = MemberLink(
            route: night.pipeline.terms.route, patient: Self.patient(patient, night),
            member: member.map { Self.member($0, night) }, reason: "a test", actor: "tests", at: night.clock.now())
        try await night.store.write { writer in
            try writer.decide(link, audit: AuditEntry(at: link.at, actor: "tests", action: "member.linked"))
            try night.pipeline.follow(decisionOn: link.patient, link.member, writer)
        }
    }

    /// A run an hour later, when the payer's records are read again.
    private static func next(_ night: Night) async throws -> RunReport {
        night.clock.advance(seconds: 3600)
        return try await night.run("night-\(night.clock.now().text)")
    }

    private static func latest(_ night: Night) async throws -> Exchange? {
        let joe = patient("joe", night)
        return try await night.store.read { try $0.latestExchange(member: joe, payer: "med0") }
    }

    private static func patient(_ id: String, _ night: Night) -> ResourceKey {
        night.identities.key(source: "clinic0", type: "Patient", id: id)
    }

    private static func member(_ id: String, _ night: Night) -> ResourceKey {
        night.identities.key(source: "med0", type: "Patient", id: id)
    }

    /// What the payer holds about care.
    private static func held(_ night: Night) -> [Resource] {
        night.payer.held.values.filter { clinical.contains($0.type) }.sorted { "\($0.id ?? "")" < "\($1.id ?? "")" }
    }

    private static func isJoes(_ resource: Resource) -> Bool {
        String(decoding: resource.serialized(), as: UTF8.self).contains("\"joe-")
    }
}
