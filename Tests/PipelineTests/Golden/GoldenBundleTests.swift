import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

/// What Med0 gets of the story's people, byte for byte but for the Provenance, which has tests of its own.
///
/// A golden bundle is made anew with `PDEX_GOLDEN=write`, and read before it is committed.
@Suite("The bundles of worked examples")
struct GoldenBundleTests {
    enum Example: String, CaseIterable {
        /// One visit with a diagnosis and a result, seen by a doctor at a place of an organization.
        case visit = "one-visit"
        /// A result that is left out by the gate, and what referred to it.
        case pruned = "pruned"
    }

    @Test("are what they were, and valid by the sheets", arguments: Example.allCases)
    func golden(example: Example) async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: try Self.more(example).map { try Resource($0) },
            types: ["Patient", "Encounter", "Condition", "Observation"], validator: GateFiles.sheetsOnly)

        let report = try await night.run()

        let bundle = try JSONParser.parse(try #require(night.payer.received.first))
        let entries = (bundle["entry"]?.elements ?? []).filter { $0["resource"]?["resourceType"] != "Provenance" }
        let golden = JSONValue.array(entries).serialized(pretty: true)
        try GoldenFile.expect(golden, in: example.rawValue)
        #expect(report.balanced)
    }

    private static func more(_ example: Example) -> [JSONValue] {
        switch example {
        case .visit: [seen, ward]
        case .pruned: [panel, odd]
        }
    }

    /// With a digit that a floating point number loses.
    private static let digits = JSONNumber("81.50").map(JSONValue.number) ?? .null
    private static let seen: JSONValue = [
        "resourceType": "Observation", "id": "weight", "status": "final",
        "category": [
            [
                "coding": [
                    ["system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"]
                ]
            ]
        ],
        "code": ["coding": [["system": "http://loinc.org", "code": "29463-7"]]],
        "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/joe-visit"],
        "effectiveDateTime": "2026-05-04T09:05:00-05:00", "performer": [["reference": "Organization/ward"]],
        "valueQuantity": ["value": digits, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"],
    ]
    private static let ward: JSONValue = [
        "resourceType": "Organization", "id": "ward", "active": true, "name": "Clinic0, ward 3",
        "contact": [["name": ["text": "Nobody's business"]]],
    ]
    private static let panel: JSONValue = [
        "resourceType": "Observation", "id": "panel", "status": "final", "code": ["text": "a panel"],
        "category": [["coding": [["system": "http://example.org/c", "code": "own"]]]],
        "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/joe-visit"],
        "effectiveDateTime": "2026-05-04T09:10:00-05:00", "hasMember": [["reference": "Observation/odd"]],
    ]
    private static let odd: JSONValue = [
        "resourceType": "Observation", "id": "odd", "status": "finished", "code": ["text": "a part"],
        "category": [["coding": [["system": "http://example.org/c", "code": "own"]]]],
        "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/joe-visit"],
        "effectiveDateTime": "2026-05-04T09:10:00-05:00", "valueString": "x",
    ]
}
