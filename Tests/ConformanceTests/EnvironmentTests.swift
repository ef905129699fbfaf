import FHIR
import Testing

@testable import Conformance

@Suite("What invariants may ask")
struct EnvironmentTests {
    @Test(
        "a value set, a profile, and what a reference points at",
        arguments: [
            ("class.memberOf('http://example.org/vs')", true),
            ("class.memberOf('http://example.org/other')", false),
            ("conformsTo('http://hl7.org/fhir/StructureDefinition/Encounter')", true),
            ("conformsTo('http://hl7.org/fhir/StructureDefinition/Period')", false),
            ("period.conformsTo('http://hl7.org/fhir/StructureDefinition/Period')", true),
            ("subject.resolve().id = 'p'", true), ("subject.resolve().id = 'q'", false),
        ])
    func asks(expression: String, holds: Bool) throws {
        let bundle: JSONValue = [
            "resourceType": "Bundle",
            "entry": [["fullUrl": "urn:x", "resource": ["resourceType": "Patient", "id": "p"]]],
        ]
        let encounter: JSONValue = [
            "resourceType": "Encounter", "status": "a", "class": ["system": "http://example.org/cs", "code": "a1"],
            "subject": ["reference": "urn:x"], "period": ["start": "2026-01-01"],
        ]
        let validator = try SmallGuide.validator(holding: expression)

        let report = validator.validate(encounter, against: [SmallGuide.asking], fullURLs: BundleIndex(bundle))

        #expect(report.findings.contains { $0.rule == "invariant.own-9" } == !holds)
        #expect(!report.findings.contains { $0.rule == "invariant.not-checked" })
    }

    @Test(
        "of what is contained also what contains it",
        arguments: [
            ("%rootResource.id = 'outer'", true), ("%resource.id = 'p'", true), ("%rootResource.id = 'p'", false),
        ])
    func container(expression: String, holds: Bool) throws {
        let inner: JSONValue = [
            "resourceType": "Encounter", "id": "p", "status": "a",
            "meta": ["profile": [.string(SmallGuide.asking)]],
        ]
        let validator = try SmallGuide.validator(holding: expression)

        let report = validator.validate([
            "resourceType": "Encounter", "id": "outer", "status": "a", "contained": [inner],
        ])

        #expect(report.findings.contains { $0.rule == "invariant.own-9" } == !holds)
    }

    @Test("a rule that holds a large resource against its profile again and again is stopped")
    func repeatedProfile() throws {
        let validator = try SmallGuide.validator(
            holding: "extension.all(%resource.conformsTo('http://hl7.org/fhir/StructureDefinition/Encounter'))")
        let note: JSONValue = ["url": "http://example.org/note", "valueString": "s"]

        let report = validator.validate(
            [
                "resourceType": "Encounter", "status": "a",
                "extension": .array(Array(repeating: note, count: 2_000)),
            ], against: [SmallGuide.asking])

        #expect(report.findings.contains { $0.rule == "invariant.not-checked" })
    }

    @Test("profiles that ask for themselves end")
    func circle() throws {
        let validator = try SmallGuide.validator(holding: "conformsTo('\(SmallGuide.asking)')")

        let report = validator.validate(["resourceType": "Encounter", "status": "a"], against: [SmallGuide.asking])

        #expect(report.isConformant)
    }
}
