import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("Who is indexed again")
struct MemberIndexTests {
    @Test("who did not change since is not indexed again, of either side")
    func unchanged() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        try await Self.mislead(night)

        _ = try await night.pipeline.importMembers()

        for key in Self.joes { #expect(try await Self.ways(to: key, night) == [key]) }
    }

    @Test("whose records changed is indexed again, and nobody else", arguments: ["chart", "card"])
    func changed(what: String) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        try await Self.mislead(night)
        let side = what == "chart" ? 0 : 1
        if what == "chart" {
            var chart = try NamedMember.joe.clinicRecords()[0].json
            chart["active"] = true
            night.clinic.put(try Resource(.object(chart)))
        } else {
            let card = try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
            var json = try #require(card.first { $0.type == "Coverage" }).json
            json["order"] = 1
            night.payer.put(try Resource(.object(json)))
        }
        night.clock.advance(seconds: 86_400)

        _ = try await night.run("night-2")

        #expect(try await Self.ways(to: Self.joes[side], night) == [])
        #expect(try await Self.ways(to: Self.joes[1 - side], night) == [Self.joes[1 - side]])
    }

    @Test("a change of how numbers are declared indexes everybody anew")
    func declared() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        try await Self.mislead(night)
        let declared = MemberNumbers(memberSystem: "https://med0.example/other-id")
        let terms = try Night([], mappings: usCoreMappings, numbers: declared).pipeline.terms

        try await MemberIndex(terms: terms, store: night.store, identities: night.identities).rebuild()

        for key in Self.joes { #expect(try await Self.ways(to: key, night) == []) }
    }

    /// One thing that is configured.
    enum Setting: String, CaseIterable, CustomTestStringConvertible {
        case clinicName, clinicBase, payerName, payerBase, npi, organization, filed
        case memberSystem, subscriberSystem, pair, tableSystems, table
        var testDescription: String { rawValue }

        /// Whether the links to the clinic's patients, and to the payer's members, depend on it.
        var isOfPatients: Bool { ![.payerName, .payerBase, .npi, .organization, .filed].contains(self) }
        var isOfMembers: Bool { ![.clinicName, .clinicBase].contains(self) }
    }

    @Test("who depends on a setting is indexed anew when it changes, and nobody else", arguments: Setting.allCases)
    func basis(setting: Setting) throws {
        let own = try Self.index(nil)
        let other = try Self.index(setting)
        #expect((own.patientBasis != other.patientBasis) == setting.isOfPatients)
        #expect((own.memberBasis != other.memberBasis) == setting.isOfMembers)
    }

    private static func index(_ setting: Setting?) throws -> IndexWriter {
        let night = try Night([], mappings: usCoreMappings)
        let terms = night.pipeline.terms
        func party(_ party: Party, _ name: Setting, _ base: Setting, _ npi: Setting?, _ organization: Setting?) -> Party
        {
            Party(
                name: party.name + (setting == name ? "x" : ""), base: party.base + (setting == base ? "x" : ""),
                npi: setting != nil && setting == npi ? "1679576722" : party.npi,
                organization: party.organization + (setting != nil && setting == organization ? "x" : ""),
                identifierSystem: party.identifierSystem)
        }
        var numbers = MemberNumbers()
        let pair = MemberNumbers.Pair(clinic: "urn:c", payer: "urn:p")
        switch setting {
        case .memberSystem: numbers.memberSystem = "urn:p"
        case .subscriberSystem: numbers.subscriberSystems = ["urn:p"]
        case .pair: numbers.pairs = [pair]
        case .tableSystems: numbers.tableSystems = pair
        case .table: numbers.table = ["1": ["2"]]
        default: break
        }
        return IndexWriter(
            terms: ExchangeTerms(
                job: "a-job", clinic: party(terms.clinic, .clinicName, .clinicBase, nil, nil),
                payer: party(terms.payer, .payerName, .payerBase, .npi, .organization), selection: terms.selection,
                matchBy: terms.matchBy, coverage: setting == .filed ? .file("coverage.ndjson") : .fhir,
                consent: terms.consent, numbers: numbers, delivery: terms.delivery, retry: terms.retry),
            identities: night.identities)
    }

    @Test("a table of numbers is the same in any order, and another with one number changed")
    func tables() {
        var numbers = MemberNumbers(table: ["1": ["a", "b"], "2": ["c"]])
        let digest = numbers.tableDigest
        var rows = Array(numbers.table)
        rows.reverse()
        numbers.table = Dictionary(uniqueKeysWithValues: rows)
        #expect(numbers.tableDigest == digest)
        for table: [String: Set<String>] in [
            ["1": ["a"], "2": ["c", "b"]], ["1": ["a", "b"]], ["1": ["a", "b"], "2": ["d"]],
        ] {
            numbers.table = table
            #expect(numbers.tableDigest != digest)
        }
    }

    @Test("a coverage that ended counts as ended before its member is indexed again")
    func endedMeanwhile() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let before = try await Self.coverage(of: Self.joes[1], night)
        try await night.store.write { writer in
            let card = try #require(try writer.compartment(of: Self.joes[1]).first { $0.type == "Coverage" })
            var json = try Resource(parsing: card.bytes).json
            json["status"] = "cancelled"
            var batch = StagingBatch(source: card.source)
            batch.bytes = JSONValue.object(json).serialized()
            batch.rows = [
                .init(
                    key: card.key, type: card.type, id: card.id, versionID: nil, lastUpdated: nil,
                    patient: card.patient,
                    contentHash: 7, range: 0..<batch.bytes.count)
            ]
            _ = try writer.stage(batch)
        }

        #expect(before == ["active"])
        #expect(try await Self.coverage(of: Self.joes[1], night) == ["cancelled"])
    }

    @Test("a payor whose organization gets another number is another payor, before anybody is indexed again")
    func otherPayor() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        for record in try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        where record.type == "Coverage" {
            var json = record.json
            json["payor"] = [["reference": "Organization/plan"]]
            night.payer.put(try Resource(.object(json)))
        }
        night.payer.put(try Self.plan(npi: "1003000126"))
        _ = try await night.run("night-1")
        let member = Self.joes[1]
        let kept = try await night.store.read { try $0.facts(of: member)?.payors }
        let before = try await Self.coverage(of: member, night)

        let plan = try Self.plan(npi: "1679576722").serialized()
        let key = night.identities.key(source: "med0", type: "Organization", id: "plan")
        try await night.store.write { writer in
            let staged = try #require(try writer.staged(key))
            var batch = StagingBatch(source: staged.source)
            batch.bytes = plan
            batch.rows = [
                .init(
                    key: key, type: staged.type, id: staged.id, versionID: nil, lastUpdated: nil, patient: nil,
                    contentHash: 7, range: 0..<plan.count)
            ]
            _ = try writer.stage(batch)
        }

        #expect(kept == .organizations && before == ["active"])
        #expect(try await Self.coverage(of: member, night) == [])
    }

    @Test(
        "nothing is kept of whose coverage a person pays for, and all of whose payor leads nowhere",
        arguments: [("Patient/m-joe", false), ("RelatedPerson/ada", false), ("urn:uuid:1", true), ("#none", true)])
    func payors(reference: String, isKept: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        for record in try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        where record.type == "Coverage" {
            var json = record.json
            json["payor"] = [["reference": .string(reference)]]
            night.payer.put(try Resource(.object(json)))
        }

        _ = try await night.pipeline.importMembers()

        let (facts, basis) = try await night.store.read {
            (try $0.facts(of: Self.joes[1]), try $0.indexBasis(of: Self.joes[1], for: "med0"))
        }
        #expect((facts != nil) == isKept && (basis != nil) == isKept)
    }

    private static func plan(npi: String) throws -> Resource {
        try Resource([
            "resourceType": "Organization", "id": "plan", "name": "Med0 Health Plan",
            "identifier": [["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(npi)]],
        ])
    }

    @Test("what another payer of the clinic declares does not take a patient's ways away")
    func anotherPayer() async throws {
        let numbers = MemberNumbers(memberSystem: "https://med0.example/fhir/member-id")
        let night = try Night([.joe], mappings: usCoreMappings, numbers: numbers)
        var chart = try NamedMember.joe.clinicRecords()[0].json
        chart["identifier"] = [["system": "https://med0.example/fhir/member-id", "value": "M0-1"]]
        night.clinic.put(try Resource(.object(chart)))
        _ = try await night.run("night-1")
        let terms = night.pipeline.terms
        let other = ExchangeTerms(
            job: "other", clinic: terms.clinic,
            payer: Party(
                name: "med1", base: "https://fhir.med1.example/r4", npi: "1679576722", organization: "Med1",
                identifierSystem: "https://med1.example/fhir-id"),
            selection: terms.selection, matchBy: terms.matchBy, coverage: terms.coverage, consent: terms.consent,
            numbers: MemberNumbers(memberSystem: "https://med1.example/member-id"), delivery: terms.delivery,
            retry: terms.retry)

        try await MemberIndex(terms: other, store: night.store, identities: night.identities).rebuild()

        let found = try await night.pipeline.explain(patient: Self.joes[0])
        #expect(found.evidence?.member == Self.joes[1] && found.evidence?.rule == "member-id", "\(found.steps)")
    }

    private static let joes = [Directory.patient("joe"), Directory.member("m-joe")]

    /// Writes a link on each side that only a new index removes, as if it came from the records.
    private static func mislead(_ night: Night) async throws {
        let index = IndexWriter(terms: night.pipeline.terms, identities: night.identities)
        try await night.store.write { writer in
            let sides = [("clinic0", index.patientBasis), ("med0", index.memberBasis)]
            for (key, (source, basis)) in zip(joes, sides) {
                #expect(try writer.indexBasis(of: key, for: "med0") == basis)
                try writer.index(
                    key, of: source, for: "med0", facts: writer.facts(of: key), links: [key.bits], basis: basis)
            }
        }
    }

    private static func ways(to key: ResourceKey, _ night: Night) async throws -> [ResourceKey] {
        try await night.store.read { try $0.members(linkedBy: key.bits) }
    }

    private static func coverage(of member: ResourceKey, _ night: Night) async throws -> [String] {
        let (terms, identities) = (night.pipeline.terms, night.pipeline.identities)
        return try await night.store.read {
            try CoveredMember(member, terms: terms, identities: identities, $0).coverages.map(\.status)
        }
    }
}
