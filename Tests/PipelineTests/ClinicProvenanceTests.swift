import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Who wrote the records, as the clinic says, reaches the payer with them")
struct ClinicProvenanceTests {
    private static let own = ["Patient/joe", "Encounter/joe-visit", "Condition/joe-sore-throat"]

    /// The ways in which a clinic provides it.
    enum Way: CaseIterable { case export, alongside, byTarget, refusedAlongside }

    @Test(
        "it comes by export, beside a search, or by what it speaks of, and names what the payer holds",
        arguments: Way.allCases)
    func ways(_ way: Way) async throws {
        let night = try Self.night([.joe], Self.provenance("w1", Self.own), by: way)
        let report = try await night.run()
        let witness = try #require(Self.clinics(night).first)
        #expect(report.state == .complete)
        #expect(report.resources.leftOut == [:])
        #expect(Self.targets(of: witness).count == 3)
        #expect(Self.targets(of: witness).allSatisfy { night.payer.held[$0] != nil })
        #expect(witness["identifier"] == nil)
        #expect(witness["agent"]?[0]?["who"]?["reference"]?.string.map { night.payer.held[$0]?.type } == "Practitioner")
        #expect(witness["recorded"] == "2026-05-04T10:00:00Z")
    }

    @Test("a version that the clinic names is not the payer's, and what is not sent is not named")
    func retargeted() async throws {
        let targets = [
            "Encounter/joe-visit/_history/3", "https://fhir.clinic0.example/r4/Condition/joe-sore-throat",
            "Observation/skipped",
        ]
        let skipped = try Resource([
            "resourceType": "Observation", "id": "skipped", "status": "entered-in-error",
            "subject": ["reference": "Patient/joe"],
        ])
        let night = try Self.night([.joe], Self.provenance("w1", targets), also: [skipped])
        _ = try await night.run()
        let witness = try #require(Self.clinics(night).first)
        #expect(Self.targets(of: witness).map { $0.prefix { $0 != "/" } } == ["Encounter", "Condition"])
        #expect(Self.targets(of: witness).allSatisfy { night.payer.held[$0] != nil })
        #expect(witness["entity"] != nil)
    }

    @Test("one that speaks of two people goes to each with what is theirs, and says of the other nothing at all")
    func twoPeople() async throws {
        let night = try Self.night(
            [.joe, .ada], Self.provenance("w1", ["Encounter/joe-visit", "Encounter/ada-visit"]))
        _ = try await night.run()
        let witnesses = Self.clinics(night)
        #expect(witnesses.count == 2)
        #expect(Set(witnesses.flatMap(Self.targets)).count == 2)
        for witness in witnesses {
            #expect(Self.targets(of: witness).count == 1)
            #expect(witness["entity"] == nil)
        }
    }

    @Test("of one of two people nobody is named who does not travel along, and nothing is said in words")
    func wordless() async throws {
        var spoken = try Self.provenance("w1", ["Encounter/joe-visit", "Encounter/ada-visit"])
        spoken.json["activity"] = [
            "text": "told by Ada's mother", "coding": [["code": "CREATE", "display": "for Ada"]],
        ]
        spoken.json["agent"] = [
            ["who": ["reference": "Practitioner/dr-hale", "display": "Ada's doctor"]],
            ["who": ["display": "Rose, Ada's mother", "identifier": ["value": "rose-1"]]],
            ["who": ["reference": "Patient/ada"], "onBehalfOf": ["display": "Ada's family"]],
        ]
        let night = try Self.night([.joe, .ada], spoken)
        _ = try await night.run()
        let witnesses = Self.clinics(night)
        #expect(witnesses.count == 2)
        for witness in witnesses {
            let text = String(decoding: witness.serialized(), as: UTF8.self)
            #expect(["Ada", "Rose", "rose", "mother"].allSatisfy { !text.contains($0) })
            #expect(witness["agent"]?.elements.count == 3)
            #expect(witness["agent"]?[0]?["who"]?["reference"]?.string?.hasPrefix("Practitioner/") == true)
            #expect(witness["agent"]?[1]?["who"]?["reference"] == nil)
        }
    }

    @Test(
        "one of anything that consent holds stays at the clinic",
        arguments: ["Encounter/psy", "Observation/psy-talk", "Observation/labelled"])
    func held(target: String) async throws {
        let extra = try [
            ["resourceType": "Encounter", "id": "psy", "meta": ["security": [["code": "PSY"]]]],
            ["resourceType": "Observation", "id": "psy-talk", "encounter": ["reference": "Encounter/psy"]],
            ["resourceType": "Observation", "id": "labelled", "meta": ["security": [["code": "HIV"]]]],
        ].map { (json: JSONObject) in
            var json = json
            json["subject"] = ["reference": "Patient/joe"]
            return try Resource(.object(json))
        }
        let night = try Self.night([.joe], Self.provenance("w1", Self.own + [target]), also: extra)
        let report = try await night.run()
        #expect(report.resources.leftOut == [.consentSensitive: 4])
        #expect(Self.clinics(night).isEmpty)
        #expect(report.balanced)
    }

    @Test("one of which nothing is sent is left out, and one of nobody is counted")
    func untargeted() async throws {
        let skipped = try Resource([
            "resourceType": "Observation", "id": "skipped", "status": "entered-in-error",
            "subject": ["reference": "Patient/joe"],
        ])
        let stray = try Self.provenance("w2", ["Practitioner/dr-hale"])
        let night = try Self.night([.joe], Self.provenance("w1", ["Observation/skipped"]), also: [skipped, stray])
        let report = try await night.run()
        #expect(report.resources.leftOut == [.provenanceUntargeted: 1, .mappingSkipped: 1, .clinicUnlinked: 1])
        #expect(report.balanced)
    }

    @Test("the next night sends it only when it changed, and in place of the first")
    func again() async throws {
        let night = try Self.night([.joe], Self.provenance("w1", Self.own))
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)
        let second = try await night.run("night-2")
        night.clinic.put(try Self.provenance("w1", Self.own, at: "2026-06-02T10:00:00Z"))
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-3")
        #expect(second.submitted.bundles == 0)
        #expect(Self.clinics(night).map { $0["recorded"] } == ["2026-06-02T10:00:00Z"])
    }

    @Test("one of many visits travels in each of their bundles, each complete, and a new visit brings only itself")
    func manyVisits() async throws {
        let more = try (1...3).map { try Self.visit($0) }
        let targets = Self.own + (1...3).map { "Encounter/visit-\($0)" }
        let night = try Self.night([.joe], Self.provenance("w1", targets), also: more, maxEntries: 10)
        _ = try await night.run("night-1")
        let first = try night.payer.received.map { try FHIRBundle(JSONParser.parse($0)) }
        night.clinic.put(try Self.visit(4))
        night.clinic.put(try Self.provenance("w1", targets + ["Encounter/visit-4"]))
        night.clock.advance(seconds: 86_400)
        let second = try await night.run("night-2")
        #expect(first.count > 1)
        for bundle in first {
            let urls = Set(bundle.entries.compactMap { $0.request?.url })
            let named = bundle.entries.compactMap(\.resource).flatMap(Self.targets)
            #expect(bundle.entries.count <= 10)
            #expect(Set(named).isSubset(of: urls))
        }
        #expect(Set(Self.clinics(night).flatMap(Self.targets)).count == 7)
        #expect(second.submitted.bundles == 1)
    }

    private static func night(
        _ members: [NamedMember], _ provenance: Resource, also extra: [Resource] = [], by way: Way = .export,
        maxEntries: Int = 200
    ) throws -> Night {
        let night = try Night(
            members, mappings: usCoreMappings, also: [provenance] + extra, maxEntries: maxEntries,
            by: way == .export ? .bulkExport : .rosterSearch)
        night.clinic.rewrite {
            $0.offersRevInclude = way == .alongside || way == .refusedAlongside
            $0.refusedParameters = way == .refusedAlongside ? ["_revinclude"] : []
            $0.provenanceParameters = way == .alongside ? [] : ["target"]
        }
        return night
    }

    private static func provenance(
        _ id: String, _ targets: [String], at recorded: String = "2026-05-04T10:00:00Z"
    ) throws -> Resource {
        try Resource([
            "resourceType": "Provenance", "id": .string(id), "recorded": .string(recorded),
            "target": .array(targets.map { ["reference": .string($0), "display": "somebody's visit"] }),
            "agent": [["who": ["reference": "Practitioner/dr-hale"], "onBehalfOf": ["display": "Clinic0"]]],
            "entity": [["role": "source", "what": ["display": "somebody's paper"]]],
        ])
    }

    private static func visit(_ number: Int) throws -> Resource {
        var visit = try NamedMember.joe.clinicRecords()[1]
        visit.json["id"] = .string("visit-\(number)")
        return visit
    }

    /// What the payer holds of the clinic's own Provenance.
    private static func clinics(_ night: Night) -> [Resource] {
        night.payer.held.values.filter { $0.type == "Provenance" && $0["policy"] == nil }
    }

    private static func targets(of resource: Resource) -> [String] {
        (resource["target"]?.elements ?? []).compactMap { $0["reference"]?.string }
    }
}
