import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Why data may go or has to stay is told, and nothing is done")
struct ConsentExplanationTests {
    @Test("what each consent says, which governs, what stays and by way of what")
    func explains() async throws {
        let member = NamedMember.joe.with { $0.visitLabels = ["PSY"] }
        let night = try Night([member], mappings: usCoreMappings)
        _ = try await night.run("night-1", dryRun: true)
        let told = try await night.pipeline.explainConsent(patient: Self.key(member, night))

        #expect(told.reason == nil)
        #expect(told.evidence?.rule == "HRex Consent #regular")
        #expect(told.said.map(\.verdict) == [.permits(.regular, rule: "HRex Consent #regular")])
        #expect(told.covered == 0)
        let visit = night.identities.key(source: "clinic0", type: "Encounter", id: "joe-visit")
        #expect(Set(told.held.map(\.type)) == ["Encounter", "Condition", "Observation"])
        #expect(told.held.allSatisfy { $0.finding.category == "label" && $0.finding.cause == "label PSY" })
        #expect(told.held.allSatisfy { $0.via == ($0.key == visit ? nil : visit) })
        let made = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }
        #expect(made.isEmpty)
    }

    @Test("who is withheld is told with the consent that decided, and a stranger with what the join says")
    func withheld() async throws {
        let stranger = NamedMember.ada.with { $0.covered = nil }
        let night = try Night([.joe.with { $0.consent = "inactive" }, stranger], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let told = try await night.pipeline.explainConsent(patient: Self.key(.joe, night))
        #expect(told.reason == .consentDenied)
        #expect(told.evidence?.consent == told.said.first?.consent)
        let other = try await night.pipeline.explainConsent(patient: Self.key(stranger, night))
        #expect(other.reason == .coverageMissing)
        #expect(other.evidence == nil && other.said.isEmpty)

        let exchange = try #require(
            try await night.store.read { reader in
                try reader.latestExchange(member: Self.key(.joe, night), payer: "med0")
            })
        // A withheld exchange keeps what decided, too.
        #expect(exchange.consent.map { told.evidence?.isSame(as: $0) } == true)
        #expect(exchange.consent?.at == night.clock.now())
        let audit = try await night.store.read { try $0.audit(ofExchange: exchange.id) }
        #expect(audit.last?.entry.reason?.hasPrefix("consent.denied: the consent is not active") == true)
        #expect(audit.last?.entry.reason?.contains("; consent \(told.said[0].consent), version ") == true)
    }

    @Test("the audit trail says that it was permitted when it was made, and when it was sent")
    func bothTimes() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 60))
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 61)
        #expect(try await night.pipeline.deliver() == 1)
        let audit = try await night.store.read { try $0.audit(after: 0, limit: 100) }.map(\.entry)
        let made = try #require(audit.first { $0.action == "exchange.permitted" })
        #expect(made.reason?.hasPrefix("HRex Consent #regular; consent ") == true)
        let sent = try #require(audit.first { $0.action == "exchange.acknowledged" })
        #expect(sent.reason == "permitted at sending, \(night.clock.now().text): HRex Consent #regular")
        #expect(sent.at > made.at)
    }

    private static func key(_ member: NamedMember, _ night: Night) -> ResourceKey {
        night.identities.key(source: "clinic0", type: "Patient", id: member.id)
    }
}
