import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What the payer's Coverage refers to is known, or nothing goes out")
struct PayerCompletenessTests {
    @Test(
        "members and payors that do not come along with Coverage are fetched, by id or one by one",
        arguments: [true, false])
    func fetched(bySearch: Bool) async throws {
        let night = try Self.night()
        night.payer.includes = false
        if !bySearch { night.payer.searchless = ["Patient", "Organization"] }
        let report = try await night.run()
        let member = night.identities.key(source: "med0", type: "Patient", id: "m-joe")
        #expect(report.exchanges.acknowledged == 1)
        #expect(try await night.store.read { try $0.staged(member) } != nil)
    }

    @Test("a Coverage whose payor cannot be read is nobody's, until it can")
    func unknownPayor() async throws {
        let night = try Self.night()
        night.payer.forbidden = ["Organization"]
        night.payer.includes = false
        let first = try await night.run("night-1")
        night.payer.forbidden = []
        night.clock.advance(seconds: 86_400)
        let second = try await night.run("night-2")
        #expect(first.exchanges.parked == [.coveragePayorUnknown: 1])
        #expect(first.submitted.bundles == 0)
        #expect(second.exchanges.acknowledged == 1)
    }

    @Test(
        "a member whom the payer has and does not show ends the run before anybody is forgotten or sent",
        arguments: [true, false])
    func unreadMember(bySearch: Bool) async throws {
        let night = try Self.night()
        night.payer.includes = false
        _ = try await night.run("night-1")
        let sent = night.payer.received.count
        night.payer.forbidden = ["Patient"]
        if !bySearch { night.payer.searchless = ["Patient"] }
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "9.90")))
        night.clock.advance(seconds: 86_400)

        let fault = await #expect(throws: Fault.self) { try await night.run("night-2") }

        #expect(fault?.code == .payerRecordsIncomplete)
        #expect(night.payer.received.count == sent)
        let member = night.identities.key(source: "med0", type: "Patient", id: "m-joe")
        #expect(try await night.store.read { try $0.staged(member) } != nil)
    }

    /// Joe, whose Coverage names its payor only by a reference.
    private static func night() throws -> Night {
        let night = try Night([.joe], mappings: usCoreMappings)
        let records = try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        var coverage = try #require(records.first { $0.type == "Coverage" })
        coverage.json["payor"] = [["reference": "Organization/med0"]]
        night.payer.put(coverage)
        night.payer.put(
            try Resource([
                "resourceType": "Organization", "id": "med0",
                "identifier": [["system": "http://hl7.org/fhir/sid/us-npi", "value": "1003000126"]],
            ]))
        return night
    }
}
