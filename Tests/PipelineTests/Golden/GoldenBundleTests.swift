import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

/// What Med0 gets of the story's people, byte for byte: the envelope, every entry, and the Provenance except ids and
/// hashes that follow from the files of the mapping set (PV-01 … PV-11, PB-01 … PB-08).
///
/// A golden bundle is rewritten with `PDEX_GOLDEN=write`, and read before it is committed.
@Suite("The bundles of worked examples")
struct GoldenBundleTests {
    enum Example: String, CaseIterable {
        /// One visit with a result, seen by a doctor at a place of an organization, and the diagnosis that she wrote.
        case visit = "one-visit"
        /// A result that is left out by the gate, and what referred to it.
        case pruned = "pruned"
        /// The visit of the worked example, its doctor named as recorder, with the clinic's own Organization.
        case worked = "worked-example"
    }

    @Test("are what they were, and valid by the sheets", arguments: Example.allCases)
    func golden(example: Example) async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: try Self.more(example),
            types: ["Patient", "Encounter", "Condition", "Observation"], validator: GateFiles.sheetsOnly)

        let report = try await night.run()

        let bundle = try FHIRBundle(JSONParser.parse(try #require(night.payer.received.first)))
        let provenance = bundle.entries.compactMap(\.resource).filter { $0.type == "Provenance" }
        let text = String(decoding: try #require(night.payer.received.first), as: UTF8.self)
        let golden = try JSONParser.parse(Array(Self.named(text, provenance).utf8)).serialized(pretty: true)
        try GoldenFile.expect(golden, in: example.rawValue)
        let written = Set(bundle.entries.compactMap { $0.request?.url })
        let targets = provenance.flatMap { $0["target"]?.elements ?? [] }.compactMap { $0["reference"]?.string }
        #expect(Set(targets).isSubset(of: written) && !targets.isEmpty)
        #expect(report.balanced)
    }

    /// With names instead of ids and hashes that change with every edit of a mapping file.
    private static func named(_ text: String, _ provenance: [Resource]) -> String {
        var text = text
        for (number, resource) in provenance.enumerated() {
            if let id = resource.id { text = text.replacing(id, with: "provenance-\(number + 1)") }
        }
        return text.replacing(/urn:pdex:mapping:([a-z0-9.-]+):[0-9a-f]{64}/) { "urn:pdex:mapping:\($0.1):the-hash" }
            .replacing(/exchange:[a-z2-7]{20,64}/, with: "exchange:the-id")
    }

    private static func more(_ example: Example) throws -> [Resource] {
        switch example {
        case .visit: try [Resource(seen), Resource(ward), OriginTests.problem([:])]
        case .pruned: try [Resource(panel), Resource(odd)]
        case .worked: try WorkedVisit.records.map { try Resource($0) }
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
