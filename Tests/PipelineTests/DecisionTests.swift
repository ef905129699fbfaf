import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Who is sent, and who is not")
struct DecisionTests {
    @Test(
        "a member whose consent does not permit it is withheld with the reason, and nothing leaves",
        arguments: [
            (FaultCode.consentMissing, NamedMember.joe.with { $0.consent = nil }),
            (.consentDenied, NamedMember.joe.with { $0.consent = "inactive" }),
            (.consentExpired, NamedMember.joe.with { $0.consentPeriod = "2025-01-01"..."2025-12-31" }),
            (.consentExpired, NamedMember.joe.with { $0.consentPeriod = "2026-07-01"..."2026-12-31" }),
        ])
    func withheld(reason: FaultCode, member: NamedMember) async throws {
        let night = try Night([member], mappings: usCoreMappings)
        let report = try await night.run()
        #expect(report.exchanges.withheld == [reason: 1])
        #expect(night.payer.received.count == 0)
        #expect(report.balanced)
    }

    @Test(
        "a member without coverage on the day of the visit is unmatched",
        arguments: [
            NamedMember.joe.with { $0.covered = nil },
            NamedMember.joe.with { $0.covered = "2025-01-01"..."2025-12-31" },
            NamedMember.joe.with { $0.covered = "2026-05-05"..."2026-12-31" },
        ])
    func unmatched(member: NamedMember) async throws {
        let night = try Night([member], mappings: usCoreMappings)
        let report = try await night.run()
        #expect(report.exchanges.unmatched == 1)
        #expect(night.payer.received.count == 0)
    }

    @Test("twins with member ids are each recognised; their visits do not mix")
    func twinsWithIDs() async throws {
        let twin = NamedMember("joe2", "Joe", "Smith", born: "1979-04-02", memberID: "M0-9")
        let night = try Night([.joe, twin], mappings: usCoreMappings)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 2)
        let subjects = night.payer.held.values.filter { $0.type == "Encounter" }
            .compactMap { $0["subject"]?["reference"]?.string }
        #expect(Set(subjects).count == 2)
    }

    @Test("twins without member ids are ambiguous: both are parked, neither is guessed")
    func twinsWithoutIDs() async throws {
        let first = NamedMember.joe.with { $0.memberID = nil }
        let twin = NamedMember("joe2", "Joe", "Smith", born: "1979-04-02", memberID: nil)
        let night = try Night([first, twin], mappings: usCoreMappings)
        let report = try await night.run()
        #expect(report.exchanges.parked == [.matchAmbiguous: 2])
        #expect(night.payer.received.count == 0)
        #expect(report.state == .partial)
    }

    @Test("a member without a member id is recognised by exact demographics")
    func demographics() async throws {
        let night = try Night([.joe.with { $0.memberID = nil }], mappings: usCoreMappings)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 1)
    }

    @Test("a finished visit without a period is left out with all that speaks of it, and the rest is sent")
    func noPeriod() async throws {
        let other = NamedMember.joe.with { $0.visit = nil }
        var alone = try #require(NamedMember.joe.observation(value: "5.00").object)
        alone["id"] = "alone"
        alone["encounter"] = nil
        let night = try Night([other], mappings: usCoreMappings, also: [try Resource(.object(alone))])
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 1)
        #expect(report.resources.leftOut == [.mappingRequired: 3])
        #expect(Set(night.payer.held.values.map(\.type)).isDisjoint(with: ["Encounter", "Condition"]))
    }

    @Test(
        "a resource that cannot be made whole is left out, the member is sent, and the audit trail says what it lacks")
    func requiredElement() async throws {
        var ended = try #require(try NamedMember.joe.clinicRecords().first { $0.type == "Condition" }).json
        ended["id"] = "ended"
        ended["abatementDateTime"] = "2026-05-20"
        let night = try Night([.joe], mappings: usCoreMappings, also: [try Resource(.object(ended))])
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 1)
        #expect(report.exchanges.parked.isEmpty)
        #expect(report.resources.leftOut[.mappingRequired] == 1)
        let reasons = try await night.store.read { try $0.audit(after: 0, limit: 100) }.compactMap(\.entry.reason)
        #expect(reasons.contains { $0.contains("left out: us-core-condition-encounter-diagnosis: ") })
    }

    @Test("a Patient who cannot be made whole parks the exchange: there is nothing to send without one")
    func patientWithoutName() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        var patient = try NamedMember.joe.clinicRecords()[0].json
        let absent: JSONValue = [
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked",
        ]
        // A reason why there is no name, beside the name that joins him (us-core-6).
        patient["name"] = .array((patient["name"]?.elements ?? []) + [["family": "Smith", "extension": [absent]]])
        night.clinic.put(try Resource(.object(patient)))
        #expect(try await night.run().exchanges.parked == [.mappingRequired: 1])
    }

    @Test("under #regular a sensitive visit is left out with what belongs to it")
    func sensitiveVisit() async throws {
        let night = try Night([.joe.with { $0.visitLabels = ["PSY"] }], mappings: usCoreMappings)
        let report = try await night.run()
        #expect(report.resources.leftOut[.consentSensitive] == 3)
        let types = Set(night.payer.held.values.map(\.type))
        #expect(types.isDisjoint(with: ["Encounter", "Condition", "Observation"]))
    }

    @Test("a consent withdrawn after the bundle was made stops it at the moment of sending")
    func withdrawnBeforeSending() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 600))
        _ = try await night.run("night-1")
        let attempts = night.payer.received.count
        let withdrawn = NamedMember.joe.with { $0.consent = "inactive" }
        for record in try withdrawn.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") {
            night.payer.put(record)
        }
        night.clock.advance(seconds: 3600)
        let report = try await night.run("night-2")
        #expect(night.payer.received.count == attempts)
        #expect(report.exchanges.withheld == [.consentDenied: 1])
    }

    @Test("a consent that the payer deleted no longer permits")
    func deletedConsent() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        night.payer.remove("Consent", "consent-joe")
        night.clock.advance(seconds: 3600)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "9.99")))
        let sent = night.payer.received.count
        let report = try await night.run("night-2")
        #expect(report.exchanges.withheld == [.consentMissing: 1])
        #expect(night.payer.received.count == sent)
    }

    @Test("a consent recorded later lets the next run send, though nothing changed at the clinic")
    func consentLater() async throws {
        let night = try Night([.joe.with { $0.consent = nil }], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        for record in try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") {
            night.payer.put(record)
        }
        night.clock.advance(seconds: 86_400)
        let report = try await night.run("night-2")
        #expect(report.exchanges.acknowledged == 1)
    }
}
