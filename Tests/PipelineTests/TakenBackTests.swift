import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// What was sent under a consent that is withdrawn (CO-10, PP-07).
@Suite("After a withdrawal the payer's policy decides")
struct TakenBackTests {
    private static let clinical: Set = ["Encounter", "Condition", "Observation"]

    @Test("nothing is taken back unless that was agreed, and the audit trail says that it stays")
    func left() async throws {
        let night = try await Self.delivered(.leave)
        let before = night.payer.received.count
        let second = try await Self.withdrawn(night)
        #expect(night.payer.received.count == before)
        #expect(second.notes == [:])
        let reason = try await Self.audit(night).last { $0.action == "consent.revoked" }?.reason
        #expect(reason?.hasSuffix("brought, which stays there") == true)
    }

    @Test("it is listed for operators once, and nothing is sent")
    func listed() async throws {
        let night = try await Self.delivered(.notify)
        let before = night.payer.received.count
        let second = try await Self.withdrawn(night)
        let third = try await Self.next(night)
        #expect(night.payer.received.count == before)
        #expect([second.notes, third.notes] == [[.notRetracted: 3], [:]])
        #expect(second.balanced && third.balanced)
    }

    @Test("it is deleted, once, and the Patient and what belongs to nobody stay")
    func deleted() async throws {
        let night = try await Self.delivered(.delete)
        let second = try await Self.withdrawn(night)
        let between = night.payer.received.count
        let third = try await Self.next(night)
        #expect(second.notes == [.retractedByDelete: 3])
        #expect(second.balanced && third.balanced)
        #expect(Self.clinicalHeld(night).isEmpty)
        #expect(Set(night.payer.held.values.map(\.type)).isSuperset(of: ["Patient", "Practitioner"]))
        #expect(night.payer.received.count == between)
        #expect(third.exchanges.withheld[.consentDenied] == 1)
    }

    @Test("who withdrew is withheld in the balance of the run that takes back, dry or not, once that has arrived")
    func counted() async throws {
        let (night, slow) = (try await Self.delivered(.delete), try await Self.delivered(.delete))
        try Self.give(night, "inactive")
        night.clock.advance(seconds: 3600)
        let dry = try await night.run("look", dryRun: true)
        let second = try await Self.next(night)
        slow.payer.reply(.busy(retryAfterSeconds: 7200))
        let waiting = try await Self.withdrawn(slow)

        for report in [dry, second] {
            #expect(report.exchanges.withheld == [.consentDenied: 1] && report.exchanges.acknowledged == 0)
            #expect(report.notes == [.retractedByDelete: 3])
            #expect(report.balanced && report.state == .complete)
        }
        #expect(waiting.exchanges.retrying == 1 && waiting.exchanges.withheld == [:])
        #expect(waiting.balanced && waiting.state == .partial)
    }

    @Test("it is written again as entered in error, and tells nothing else that the payer did not have")
    func entered() async throws {
        let night = try await Self.delivered(.enteredInError)
        let before = Self.clinicalHeld(night)
        let second = try await Self.withdrawn(night)
        #expect(second.notes == [.retracted: 3])
        for resource in Self.clinicalHeld(night) {
            let old = try #require(before.first { $0.type == resource.type })
            var (left, right) = (resource.json, old.json)
            for key in ["status", "verificationStatus", "clinicalStatus"] { (left[key], right[key]) = (nil, nil) }
            #expect(left == right)
            #expect(resource["status"] == "entered-in-error" || resource["verificationStatus"] != nil)
        }
    }

    @Test(
        "what the clinic had taken back, and is marked as entered in error, is deleted with the rest, once, and is marked no twice",
        arguments: [ExchangeTerms.AfterRevocation.delete, .enteredInError])
    func marked(policy: ExchangeTerms.AfterRevocation) async throws {
        let night = try await Self.delivered(policy)
        var wrong = try Resource(NamedMember.joe.observation(value: "7.20"))
        wrong.json["status"] = "entered-in-error"
        night.clinic.put(wrong)
        let second = try await Self.next(night)
        let between = Self.clinicalHeld(night)
        let third = try await Self.withdrawn(night)
        let fourth = try await Self.next(night)
        #expect(second.notes == [.retracted: 1])
        #expect(between.count == 3 && between.contains { $0["status"] == "entered-in-error" })
        #expect(third.notes == (policy == .delete ? [.retractedByDelete: 3] : [.retracted: 2]))
        #expect(Self.clinicalHeld(night).count == (policy == .delete ? 0 : 3))
        #expect(fourth.notes == [:] && fourth.submitted.bundles == 0)
    }

    @Test("what changed since the payer got it does not go out, not even to be taken back")
    func changed() async throws {
        let night = try await Self.delivered(.enteredInError)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "8.75")))
        night.clock.advance(seconds: 3600)
        let second = try await Self.withdrawn(night)
        #expect(second.notes == [.retracted: 2, .notRetracted: 1])
        #expect(!night.payer.received.contains { String(decoding: $0, as: UTF8.self).contains("8.75") })
    }

    @Test("a consent that expired, or is gone from the payer's records, takes nothing back", arguments: [true, false])
    func noWish(isExpired: Bool) async throws {
        let night = try await Self.delivered(.delete)
        if isExpired {
            night.clock.advance(seconds: 20 * 365 * 86_400)
        } else {
            night.payer.remove("Consent", "consent-joe")
        }
        let second = try await Self.next(night)
        #expect(second.exchanges.acknowledged == 0)
        #expect(second.notes == [:])
        #expect(Self.clinicalHeld(night).count == 3)
    }

    @Test(
        "given again, everything is there as it was",
        arguments: [ExchangeTerms.AfterRevocation.delete, .enteredInError])
    func again(policy: ExchangeTerms.AfterRevocation) async throws {
        let night = try await Self.delivered(policy)
        let before = Self.clinicalHeld(night)
        _ = try await Self.withdrawn(night)
        #expect(Self.clinicalHeld(night) != before)
        try Self.give(night, "active")
        let third = try await Self.next(night)
        #expect(third.exchanges.acknowledged == 1)
        #expect(Self.clinicalHeld(night) == before)
    }

    @Test(
        "given again while the retraction is under way, everything is there in the end",
        arguments: [ScriptedPayer.Reply.busy(retryAfterSeconds: 600), .loseAnswer, .refuse(422)])
    func underWay(reply: ScriptedPayer.Reply) async throws {
        let night = try await Self.delivered(.delete)
        let before = Self.clinicalHeld(night)
        night.payer.reply(reply)
        _ = try await Self.withdrawn(night)
        try Self.give(night, "active")
        _ = try await Self.next(night)
        night.clock.advance(seconds: 86_400)
        _ = try await night.pipeline.deliver()
        _ = try await Self.next(night)
        #expect(Self.clinicalHeld(night) == before)
        #expect(try await night.store.read { try $0.queued() }.isEmpty)
    }

    @Test(
        "withdrawn while bundles wait or are on their way, no content leaves any more, and nothing is left waiting",
        arguments: ["waiting", "between parts", "answer lost"])
    func points(point: String) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, maxEntries: 8, afterRevocation: .delete, concurrency: 1)
        switch point {
        case "waiting": night.payer.reply(.busy(retryAfterSeconds: 600))
        case "answer lost": night.payer.reply(.loseAnswer)
        default:
            night.payer.whileAnswering {
                try Self.give(night, "inactive")
                _ = try await night.pipeline.importMembers()
            }
        }
        _ = try await night.run("first")
        let sent = night.payer.received.count
        #expect(sent == 1)
        #expect(Self.clinicalHeld(night).isEmpty == (point == "waiting"))
        try Self.give(night, "inactive")
        _ = try await night.pipeline.importMembers()
        for _ in 0..<3 { _ = try await Self.next(night) }
        let after = night.payer.received.dropFirst(sent).map { String(decoding: $0, as: UTF8.self) }
        #expect(after.allSatisfy { !$0.contains("valueQuantity") && !$0.contains(#""family""#) })
        #expect(after.count == (point == "waiting" ? 0 : 1))
        #expect(Self.clinicalHeld(night).isEmpty)
        #expect(try await night.store.read { try $0.queued() }.isEmpty)
    }

    @Test("a request for some types goes by the payer's policy all the same")
    func narrowed() async throws {
        let terms = try Night(
            [.joe], mappings: usCoreMappings, inquiry: .init(attempts: 7), retraction: .off, afterRevocation: .delete
        ).pipeline.terms
        let narrowed = terms.narrowed(to: ["Observation"])
        #expect(narrowed.selection.types == ["Patient", "Observation"])
        #expect(narrowed.retraction == .off)
        #expect(narrowed.afterRevocation == .delete)
        #expect(narrowed.inquiry == terms.inquiry)
    }

    static func delivered(_ policy: ExchangeTerms.AfterRevocation) async throws -> Night {
        let night = try Night([.joe], mappings: usCoreMappings, afterRevocation: policy)
        _ = try await night.run("night-1")
        #expect(clinicalHeld(night).count == 3)
        return night
    }

    static func withdrawn(_ night: Night) async throws -> RunReport {
        try give(night, "inactive")
        return try await next(night)
    }

    /// A run an hour later, when the payer's records are read again.
    static func next(_ night: Night) async throws -> RunReport {
        night.clock.advance(seconds: 3600)
        return try await night.run("night-\(night.clock.now().text)")
    }

    static func give(_ night: Night, _ status: String) throws {
        let records = try NamedMember.joe.with { $0.consent = status }
            .payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        for record in records where record.type == "Consent" { night.payer.put(record) }
    }

    static func clinicalHeld(_ night: Night) -> [Resource] {
        night.payer.held.values.filter { clinical.contains($0.type) }.sorted { $0.type < $1.type }
    }

    private static func audit(_ night: Night) async throws -> [AuditEntry] {
        try await night.store.read { try $0.audit(after: 0, limit: 1000).map(\.entry) }
    }
}
