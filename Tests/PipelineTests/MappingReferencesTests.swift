import Conformance
import FHIR
import Foundation
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What mappings find behind references")
struct MappingReferencesTests {
    /// A night whose encounter diagnoses must meet a condition; the set's folder lasts as long as the night.
    private struct Trial {
        let night: Night
        private let folder: ExtendedSet

        var directory: String { folder.directory }

        init(
            requiring condition: String, members: [NamedMember] = [.joe], also: [JSONValue] = [],
            allowedTypes: Set<String>? = nil, conformance: ConformancePolicy = ConformancePolicy(gate: .off),
            validator: Validator? = nil
        ) throws {
            folder = try ExtendedSet([
                "condition-encounter-diagnosis": "require:\n  - that: >-\n      \(condition)\n    else: not found"
            ])
            night = try Night(
                members, mappings: folder.directory, also: also.map { try Resource($0) },
                types: ["Patient", "Encounter", "Condition", "Observation", "Practitioner"],
                allowedTypes: allowedTypes, conformance: conformance, validator: validator)
        }

        /// How many diagnoses arrive.
        func diagnoses() async throws -> Int {
            let report = try await night.run()
            #expect(report.balanced)
            return night.payer.held.values.count { $0.type == "Condition" }
        }
    }

    @Test(
        "the visit, the patient and the practitioner, as the clinic has them",
        arguments: [
            ("encounter.resolve().class.code = 'AMB'", 1), ("encounter.resolve().class.code = 'IMP'", 0),
            ("subject.resolve().name.family = 'Smith'", 1), ("subject.resolve().name.family = 'Okafor'", 0),
            ("encounter.resolve().participant.individual.resolve().name.family = 'Hale'", 1),
            ("encounter.resolve().participant.individual.resolve().name.family = 'Wu'", 0),
            ("%source.encounter.resolve().identifier.empty()", 1),
        ])
    func found(condition: String, count: Int) async throws {
        #expect(try await Trial(requiring: condition).diagnoses() == count)
    }

    /// A diagnosis for Joe that points to an observation.
    private static func diagnosis(with evidence: String) -> JSONValue {
        let category: JSONValue = [
            "system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "encounter-diagnosis",
        ]
        return [
            "resourceType": "Condition", "id": "odd", "subject": ["reference": "Patient/joe"],
            "clinicalStatus": ["coding": [["code": "active"]]], "encounter": ["reference": "Encounter/joe-visit"],
            "category": [["coding": [category]]], "code": ["text": "x"],
            "evidence": [["detail": [["reference": .string(evidence)]]]],
        ]
    }

    private static let pointed = "id != 'odd' or %source.evidence.detail.resolve().exists()"

    @Test(
        "never what is another person's, whatever a resource says",
        arguments: [("Observation/joe-glucose", 3), ("Observation/ada-glucose", 2)])
    func anothers(evidence: String, count: Int) async throws {
        let trial = try Trial(
            requiring: Self.pointed, members: [.joe, .ada], also: [Self.diagnosis(with: evidence)])

        #expect(try await trial.diagnoses() == count)
    }

    @Test("nothing of a type that the payer does not get")
    func withheld() async throws {
        let allowed: Set = ["Patient", "Condition"]

        let found = try Trial(requiring: "encounter.resolve().exists()", allowedTypes: allowed)
        let missed = try Trial(requiring: "encounter.resolve().empty()", allowedTypes: allowed)

        #expect(try await found.diagnoses() == 0)
        #expect(try await missed.diagnoses() == 1)
    }

    @Test("which codes a value set has, whether or not the gate looks", arguments: ConformancePolicy.Gate.allCases)
    func memberOf(gate: ConformancePolicy.Gate) async throws {
        let url = "http://example.org/vs/throats"
        func trial(_ code: String) throws -> Trial {
            try Trial(
                requiring: "code.memberOf('\(url)')", conformance: ConformancePolicy(gate: gate),
                validator: try Self.validator(of: url, code))
        }

        #expect(try await trial("195662009").diagnoses() == 1)
        #expect(try await trial("1").diagnoses() == 0)
    }

    @Test("a value set that changed has everybody looked at again, also without a gate")
    func changedCodes() async throws {
        let url = "http://example.org/vs/throats"
        let trial = try Trial(
            requiring: "code.memberOf('\(url)')", validator: try Self.validator(of: url, "1"))
        _ = try await trial.night.run("night-1")
        let night = trial.night
        let later = ExchangePipeline(
            terms: night.pipeline.terms, clinic: night.clinic, payer: night.payer, store: night.store,
            mappings: try LoadedMappings.set(in: trial.directory, digests: .standIn),
            validator: try Self.validator(of: url, "195662009"),
            identities: night.identities, clock: night.clock, random: { 0.5 }, owner: "tests")

        _ = try await later.run(night.firing("night-2"))

        #expect(night.payer.held.values.count { $0.type == "Condition" } == 1)
    }

    /// A validator that knows one value set of one code of SNOMED CT.
    private static func validator(of url: String, _ code: String) throws -> Validator {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: root) }
        let folder = root + "/" + ValueSetFolder.name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try """
        { "resourceType": "ValueSet", "url": "\(url)",
          "compose": { "include": [{ "system": "http://snomed.info/sct", "concept": [{ "code": "\(code)" }] }] } }
        """.write(toFile: folder + "/throats.json", atomically: true, encoding: .utf8)
        let package = try #require(try ValueSetFolder.load(mappings: root, digests: .standIn))
        return Validator(PackageSet([]).preceded(by: package), sheets: GateFiles.sheets)
    }
}
