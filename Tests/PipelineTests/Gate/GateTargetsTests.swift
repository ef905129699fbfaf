import Conformance
import FHIR
import Foundation
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("The gate judges by what is sent along")
struct GateTargetsTests {
    /// A validator of one rule for observations, which asks what is behind their references.
    private static func validator(_ rule: String) throws -> Validator {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try """
        sheets: test
        about: A test.
        profiles:
          - profile: http://hl7.org/fhir/us/core/StructureDefinition/us-core-simple-observation
            of: Observation
            rules: [{ key: t-1, that: "\(rule)", else: not as the test wants }]
        """.write(toFile: folder + "/test.yaml", atomically: true, encoding: .utf8)
        return Validator(PackageSet([]), sheets: try ProfileSheets.load(folder: folder, digests: .standIn))
    }

    private static func observation(_ id: String, _ more: JSONObject = [:]) -> JSONValue {
        var json: JSONObject = [
            "resourceType": "Observation", "id": .string(id), "status": "final", "code": ["text": .string(id)],
            "category": [["coding": [["system": "http://example.org/c", "code": "own"]]]],
            "subject": ["reference": "Patient/joe"], "effectiveDateTime": "2026-05-04T09:10:00-05:00",
            "encounter": ["reference": "Encounter/joe-visit"], "valueString": "Canary",
        ]
        for member in more.members { json[member.key] = member.value }
        return .object(json)
    }

    private static func run(
        _ rule: String, _ policy: ConformancePolicy = ConformancePolicy(), also: [JSONValue] = [observation("one")]
    ) async throws -> (report: RunReport, sent: Set<String>) {
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: try also.map { try Resource($0) },
            types: ["Patient", "Encounter", "Observation", "Practitioner"], conformance: policy,
            validator: try validator(rule))
        let report = try await night.run()
        #expect(report.balanced)
        let sent = night.payer.held.values.compactMap { $0["code"]?["text"]?.string }
        return (report, Set(sent))
    }

    @Test(
        "of the member's own resources, and of shared ones as they are sent",
        arguments: [
            ("encounter.resolve().class.code = 'AMB'", true), ("encounter.resolve().class.code = 'IMP'", false),
            ("subject.resolve().name.family = 'Smith'", true), ("subject.resolve().empty()", false),
            ("performer.resolve().name.family = 'Hale'", true), ("performer.resolve().name.family = 'Wu'", false),
            ("performer.resolve().meta.profile.exists()", true),
        ])
    func targets(rule: String, isRight: Bool) async throws {
        let one = Self.observation("one", ["performer": [["reference": "Practitioner/dr-hale"]]])

        let (report, sent) = try await Self.run(rule, also: [one])

        #expect(sent == (isRight ? ["one"] : []))
        #expect(report.conformance == (isRight ? [:] : ["Observation invariant.t-1": 1]))
        #expect(report.resources.leftOut[.conformanceInvalid] == (isRight ? nil : 1))
    }

    @Test("what was left out itself is not found, and takes along what depends on it")
    func chain() async throws {
        let (report, sent) = try await Self.run(
            "hasMember.empty() or hasMember.resolve().exists()",
            also: [
                Self.observation("panel", ["hasMember": [["reference": "Observation/part"]]]),
                Self.observation("part", ["hasMember": [["reference": "Observation/nowhere"]]]),
                Self.observation("other"),
            ])

        #expect(sent == ["other"])
        #expect(report.resources.leftOut[.conformanceInvalid] == 2)
        #expect(report.conformance == ["Observation invariant.t-1": 2])
    }

    @Test("holds the exchange where the payer wants that, and only says so where it reports")
    func policies() async throws {
        let rule = "encounter.resolve().class.code = 'IMP'"

        let held = try await Self.run(rule, ConformancePolicy(onInvalid: .hold))
        let told = try await Self.run(rule, ConformancePolicy(gate: .report))

        #expect(held.report.exchanges.parked == [.conformanceInvalid: 1])
        #expect(told.sent == ["one"])
        #expect(told.report.conformance == ["Observation invariant.t-1": 1])
    }

    @Test(
        "a care team by R4's own rule: only a practitioner acts on behalf of an organization",
        .enabled(if: GateFiles.hasPackages, "the packages beside the repository are not on this machine"),
        arguments: [("Practitioner/dr-hale", true), ("Patient/joe", false)])
    func careTeam(member: String, isRight: Bool) async throws {
        let team: JSONValue = [
            "resourceType": "CareTeam", "id": "team", "status": "active", "subject": ["reference": "Patient/joe"],
            "encounter": ["reference": "Encounter/joe-visit"],
            "participant": [
                [
                    "role": [["text": "nurse"]], "member": ["reference": .string(member)],
                    "onBehalfOf": ["display": "North"],
                ]
            ],
        ]
        let practitioner: JSONValue = [
            "resourceType": "Practitioner", "id": "dr-hale", "name": [["family": "Hale"]],
            "identifier": [["system": "http://hl7.org/fhir/sid/us-npi", "value": "1245319599"]],
        ]
        let night = try RealNight(
            try NamedMember.joe.clinicRecords() + [try Resource(team), try Resource(practitioner)],
            conformance: ConformancePolicy(), validator: GateFiles.packages())

        let report = try await night.run()

        #expect(night.payer.held.values.contains { $0.type == "CareTeam" } == isRight)
        #expect(report.conformance == (isRight ? [:] : ["CareTeam.participant invariant.ctm-1": 1]))
    }
}
