import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Resources that the clinic moves from one patient to another (WR-20, T10).
@Suite("What the clinic moves to another patient is no longer the first one's")
struct MovedResourceTests {
    @Test(
        "what a whole pull no longer brings, and is another patient's by now, belongs to that one",
        arguments: [true, false])
    func staged(byExport: Bool) async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, by: byExport ? .bulkExport : .rosterSearch, retraction: .off, since: .all)
        _ = try await night.run("night-1")
        try Self.moveToAda(night)
        night.clinic.rewrite { $0.unexported = ["ada"] }

        let second = try await night.run("night-2")

        let latest = try await Self.latestExchange("joe", night)
        #expect(second.balanced)
        #expect(night.clinic.requests.count { $0 == "read Observation" } == 1)
        #expect(try await Self.owner(night) == Self.patient("ada", night))
        #expect(latest?.manifest.entries.contains { $0.key == Self.moved(night) } == false)
    }

    @Test("what is read and cannot be taken is a problem, moves no watermark, and leaves what was there as it was")
    func unreadable() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .bulkExport)
        _ = try await night.run("night-1")
        var part = try Resource(NamedMember.ada.observation(value: "7.20").named("joe-glucose"))
        part.json["meta"] = [
            "tag": [["system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"]]
        ]
        night.clock.advance(seconds: 8 * 86_400)
        night.clinic.put(part)
        night.clinic.rewrite { $0.unexported = ["ada"] }

        let second = try await night.run("night-2")
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-3")

        #expect(second.problems == [.clinicSubsetted: 1])
        #expect(try await Self.owner(night) == Self.patient("joe", night))
        #expect(night.clinic.exportedSince == [nil, nil, nil])
    }

    @Test(
        "what moves to somebody who is not sent is taken back by its id alone, or listed where that is not the payer's way",
        arguments: [ExchangeTerms.Retraction.delete, .enteredInError], [true, false])
    func notSent(policy: ExchangeTerms.Retraction, isInRoster: Bool) async throws {
        let ada = NamedMember.ada.with { $0.consent = "inactive" }
        let night = try Night(isInRoster ? [.joe, ada] : [.joe], mappings: usCoreMappings, retraction: policy)
        _ = try await night.run("night-1")
        try Self.moveToAda(night)

        let second = try await night.run("night-2")
        night.clock.advance(seconds: 86_400)
        let third = try await night.run("night-3")

        let code: FaultCode = policy == .delete ? .retractedByDelete : .notRetracted
        #expect(second.notes == [code: 1])
        #expect(second.balanced && third.balanced)
        #expect(Self.subjects(night).isEmpty == (policy == .delete))
        #expect(third.notes == [:] && third.submitted.bundles == 0)
    }

    @Test(
        "what moves to somebody who is sent goes there as that one's, and is not taken back",
        arguments: [ExchangeTerms.Retraction.delete, .enteredInError])
    func sent(policy: ExchangeTerms.Retraction) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, retraction: policy)
        _ = try await night.run("night-1")
        try Self.moveToAda(night)
        let second = try await night.run("night-2")
        var joe = try NamedMember.joe.clinicRecords()[0]
        joe.json["language"] = "en"
        night.clock.advance(seconds: 86_400)
        night.clinic.put(joe)

        let third = try await night.run("night-3")
        let asked = try await night.pipeline.request(member: "joe", run: night.firing("request"))

        #expect(second.notes == [:] && third.notes == [:] && asked.notes == [:])
        #expect(second.exchanges.acknowledged == 2)
        #expect(Self.subjects(night) == [Self.place("ada", night), Self.place("ada", night)])
    }

    @Test("a withdrawal takes back what is another patient's by now, too")
    func withdrawn() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, retraction: .off, afterRevocation: .delete)
        _ = try await night.run("night-1")
        try Self.moveToAda(night)
        let records = try NamedMember.joe.with { $0.consent = "inactive" }
            .payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        night.payer.put(try #require(records.first { $0.type == "Consent" }))

        let second = try await night.run("night-2")

        #expect(second.notes == [.retractedByDelete: 3])
        #expect(Self.subjects(night).isEmpty)
    }

    /// The patients whose results the payer has.
    private static func subjects(_ night: Night) -> [String] {
        night.payer.held.values.filter { $0.type == "Observation" }
            .map { $0["subject"]?["reference"]?.string ?? "" }
    }

    private static func place(_ patient: String, _ night: Night) -> String {
        EntryWriter(terms: night.pipeline.terms, identities: night.identities).location(type: "Patient", id: patient)
    }

    /// Joe's result becomes Ada's, a day later.
    private static func moveToAda(_ night: Night) throws {
        night.clock.advance(seconds: 86_400)
        night.clinic.put(try Resource(NamedMember.ada.observation(value: "7.20").named("joe-glucose")))
    }

    private static func moved(_ night: Night) -> ResourceKey {
        night.identities.key(source: "clinic0", type: "Observation", id: "joe-glucose")
    }

    private static func patient(_ id: String, _ night: Night) -> ResourceKey {
        night.identities.key(source: "clinic0", type: "Patient", id: id)
    }

    /// The patient whose result it is, as staged.
    private static func owner(_ night: Night) async throws -> ResourceKey? {
        let key = moved(night)
        return try await night.store.read { try $0.staged(key) }?.patient
    }

    private static func latestExchange(_ id: String, _ night: Night) async throws -> Exchange? {
        let member = patient(id, night)
        return try await night.store.read { try $0.latestExchange(member: member, payer: "med0") }
    }
}
