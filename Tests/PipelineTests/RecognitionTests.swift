import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Whose data it is")
struct RecognitionTests {
    private static let elsewhere = NamedMember("joe2", "Joe", "Smith", born: "1979-04-02", memberID: nil).with {
        $0.covered = nil
        $0.consent = nil
    }

    @Test("twins of whom one is insured elsewhere are ambiguous: neither goes out as the member")
    func twinElsewhere() async throws {
        let member = NamedMember.joe.with { $0.memberID = nil }
        let night = try Night([member, Self.elsewhere], mappings: usCoreMappings)
        let report = try await night.run()
        #expect(report.exchanges.parked == [.matchAmbiguous: 2])
        #expect(night.payer.received.count == 0)
    }

    @Test("a twin insured elsewhere does not go out as the member whom the member id names")
    func twinOfARecognisedMember() async throws {
        let night = try Night([.joe, Self.elsewhere], mappings: usCoreMappings)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 1)
        #expect(report.exchanges.parked == [.matchAmbiguous: 1])
        #expect(try await Self.states(of: ["joe", "joe2"], night) == [.acknowledged, .parked])
    }

    @Test(
        "a member id on the chart of somebody born on another day is contradicted, and the member is still recognised")
    func borrowedID() async throws {
        let spouse = Self.elsewhere.with { $0.memberID = "M0-1" }
        let born = NamedMember("sam", "Sam", "Smith", born: "1981-01-01", memberID: spouse.memberID).with {
            $0.covered = nil
            $0.consent = nil
        }
        let night = try Night([.joe, born], mappings: usCoreMappings)
        let report = try await night.run()
        #expect(report.exchanges.parked == [.matchContradicted: 1])
        #expect(try await Self.states(of: ["joe", "sam"], night) == [.acknowledged, .parked])
    }

    @Test("a birth year alone does not contradict a birth date within it")
    func birthYear() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        var chart = try NamedMember.joe.clinicRecords()[0].json
        chart["birthDate"] = "1979"
        night.clinic.put(try Resource(.object(chart)))
        #expect(try await night.run().exchanges.acknowledged == 1)
    }

    @Test("two charts with one member id are ambiguous")
    func sharedID() async throws {
        let night = try Night([.joe, Self.elsewhere.with { $0.memberID = "M0-1" }], mappings: usCoreMappings)
        #expect(try await night.run().exchanges.parked == [.matchAmbiguous: 2])
    }

    @Test("who explains an ambiguous match is told between whom to decide, by key")
    func candidates() async throws {
        let night = try Night([.joe, Self.elsewhere.with { $0.memberID = "M0-1" }], mappings: usCoreMappings)
        _ = try await night.run()
        let keys = ["joe", "joe2"].map { night.identities.key(source: "clinic0", type: "Patient", id: $0) }.sorted()

        let explained = try await night.pipeline.explain(patient: keys[0])

        #expect(explained.steps.contains { $0.contains("2 patients (\(keys[0]), \(keys[1])) have as good a claim") })
    }

    @Test("a chart that another one replaced does not stand in the way of it, and follows it")
    func replacedChart() async throws {
        let old = Self.elsewhere.with { $0.memberID = "M0-1" }
        let night = try Night([.joe, old], mappings: usCoreMappings)
        var chart = try old.clinicRecords()[0].json
        chart["link"] = [["other": ["reference": "Patient/joe"], "type": "replaced-by"]]
        night.clinic.put(try Resource(.object(chart)))
        _ = try await night.run()
        #expect(try await Self.states(of: ["joe", "joe2"], night) == [.acknowledged, .acknowledged])
    }

    @Test("swapped member ids of siblings born on one day contradict their names")
    func swappedIDs() async throws {
        let sister = NamedMember("jo", "Jo", "Smith", born: "1979-04-02", memberID: "M0-9")
        let night = try Night([.joe, sister], mappings: usCoreMappings)
        night.clinic.put(try NamedMember.joe.with { $0.memberID = "M0-9" }.clinicRecords()[0])
        night.clinic.put(try sister.with { $0.memberID = "M0-1" }.clinicRecords()[0])
        #expect(try await night.run().exchanges.parked == [.matchContradicted: 2])
    }

    @Test("a twin who left the roster still makes the member ambiguous")
    func twinOutsideTheRoster() async throws {
        let member = NamedMember.joe.with { $0.memberID = nil }
        let night = try Night([member, Self.elsewhere], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        night.clinic.put(try night.group(of: [member]))
        night.clock.advance(seconds: 86_400)
        #expect(try await night.run("night-2").exchanges.parked == [.matchAmbiguous: 1])
    }

    @Test("a twin who comes later stops what was recognised before")
    func twinLater() async throws {
        let member = NamedMember.joe.with { $0.memberID = nil }
        let night = try Night([member], mappings: usCoreMappings)
        #expect(try await night.run("night-1").exchanges.acknowledged == 1)
        for record in try Self.elsewhere.clinicRecords() { night.clinic.put(record) }
        night.clinic.put(try night.group(of: [member, Self.elsewhere]))
        night.clock.advance(seconds: 86_400)
        let report = try await night.run("night-2")
        #expect(report.exchanges.parked == [.matchAmbiguous: 2])
        #expect(report.submitted.bundles == 0)
    }

    @Test("in any town of twins, shared and swapped numbers, nobody goes out under another's consent")
    func towns() async throws {
        var sent = 0
        var parked = 0
        for seed in UInt64(1)...40 {
            let town = Town(seed: seed)
            let night = try Night(town.people, mappings: usCoreMappings)
            for chart in try town.charts { night.clinic.put(chart) }
            let report = try await night.run()
            let wrong = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 100) }
                .filter { exchange in exchange.consent != nil && !town.isOwn(exchange, night.identities) }
            #expect(wrong.isEmpty, "seed \(seed)")
            #expect(report.balanced)
            sent += report.exchanges.acknowledged
            parked += report.exchanges.parked.values.reduce(0, +)
        }
        #expect(sent > 40)
        #expect(parked > 40)
    }

    @Test("a record number without a system is not a member number, whatever its digits")
    func systemlessNumber() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, matchBy: [.memberID])
        try Self.change("Patient", at: night) { $0["identifier"] = [["value": "12345"]] }
        try Self.put("Coverage", at: night) { $0["identifier"] = [["value": "12345"]] }
        #expect(try await night.run().exchanges.unmatched == 1)
        let exchanges = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 2) }
        #expect(exchanges.map(\.reason) == [.coverageMissing])
    }

    @Test(
        "an identifier counts as a member number by its type, or by a system that is declared",
        arguments: [(false, false), (true, true)])
    func declaredSystem(isDeclared: Bool, isMember: Bool) async throws {
        let system = "https://med0.example/fhir/member-id"
        let night = try Night(
            [.joe], mappings: usCoreMappings, matchBy: [.memberID],
            numbers: MemberNumbers(subscriberSystems: isDeclared ? [system] : []))
        try Self.change("Patient", at: night) { $0["identifier"] = [["system": .string(system), "value": "M0-1"]] }
        #expect(try await night.run().exchanges.acknowledged == (isMember ? 1 : 0))
    }

    @Test("a number proves nothing while the payer has no Patient, or one side no name or birth date")
    func nothingToCompare() async throws {
        for field in ["name", "birthDate"] {
            let night = try Night([.joe], mappings: usCoreMappings)
            try Self.change("Patient", at: night) { $0[field] = nil }
            #expect(try await night.run().exchanges.parked.map(\.key.rawValue) == ["match.unproven"])
            #expect(night.payer.received.isEmpty)
        }
        let night = try Night([.joe], mappings: usCoreMappings)
        try Self.put("Coverage", at: night) { $0["beneficiary"] = ["reference": "Patient/father"] }
        try Self.put("Consent", at: night) { $0["patient"] = ["reference": "Patient/father"] }
        #expect(try await night.run().exchanges.parked.map(\.key.rawValue) == ["match.unproven"])
        #expect(night.payer.received.isEmpty)
    }

    @Test(
        "given names are the same by all their words in order, or by the first with nothing against it",
        arguments: [
            (["Maria Elena"], ["Anna Maria"], false), (["Maria", "Elena"], ["Anna", "Maria"], false),
            (["Mary", "Ann"], ["Mary", "Beth"], false), (["Mary Ann"], ["Mary Beth"], false),
            (["Mary Ann"], ["Mary", "Ann"], true), (["Mary", "Ann"], ["Mary"], true),
            (["Mary", "A."], ["MARY", "Ann"], true), (["Mary", "B."], ["Mary", "Ann"], false),
            (["Jean"], ["Jean Paul"], false), (["Zo\u{eb}"], ["Zoe"], true),
        ])
    func givenNames(clinic: [String], payer: [String], isMember: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        func name(_ given: [String]) -> JSONValue {
            [["family": "Smith", "given": .array(given.map(JSONValue.string))]]
        }
        try Self.change("Patient", at: night) { $0["name"] = name(clinic) }
        try Self.put("Patient", at: night) { $0["name"] = name(payer) }
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == (isMember ? 1 : 0))
        #expect(report.exchanges.parked == (isMember ? [:] : [.matchContradicted: 1]))
    }

    /// Changes one of Joe's records at the clinic.
    private static func change(_ type: String, at night: Night, _ change: (inout JSONObject) -> Void) throws {
        var json = try #require(try NamedMember.joe.clinicRecords().first { $0.type == type }).json
        change(&json)
        night.clinic.put(try Resource(.object(json)))
    }

    /// Changes one of Joe's records at the payer.
    private static func put(_ type: String, at night: Night, _ change: (inout JSONObject) -> Void) throws {
        let terms = night.pipeline.terms
        let records = try NamedMember.joe.payerRecords(
            clinicNPI: terms.clinic.npi, payerNPI: terms.payer.npi)
        var json = try #require(records.first { $0.type == type }).json
        change(&json)
        night.payer.put(try Resource(.object(json)))
    }

    private static func states(of patients: [String], _ night: Night) async throws -> [ExchangeState?] {
        let keys = patients.map { night.identities.key(source: "clinic0", type: "Patient", id: $0) }
        return try await night.store.read { reader in
            try keys.map { try reader.latestExchange(member: $0, payer: "med0")?.state }
        }
    }
}
