import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What stays at the clinic although the member is sent")
struct SegmentationTests {
    @Test(
        "what is contained passes a mapping of its type: a number of social security stays, and so does the narrative")
    func containedPerson() async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings,
            also: [
                try Self.observation("contained") {
                    $0["contained"] = [
                        [
                            "resourceType": "RelatedPerson", "id": "kin", "patient": ["reference": "Patient/joe"],
                            "text": ["status": "generated", "div": "<div>kin</div>"],
                            "identifier": [["system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-12-3456"]],
                            "name": [["family": "Smith"]], "photo": [["title": "face"]],
                        ]
                    ]
                    $0["performer"] = [["reference": "#kin"]]
                }
            ])
        let sent = try await Self.sent(night, "contained")
        #expect(sent["contained"]?[0]?["name"]?[0]?["family"] == "Smith")
        #expect(sent["contained"]?[0]?["identifier"] == nil)
        #expect(sent["contained"]?[0]?["photo"] == nil)
        #expect(sent["contained"]?[0]?["meta"] == nil)
        #expect(sent["performer"]?[0]?["reference"] == "#kin")
    }

    @Test(
        "a contained resource that no mapping takes, or whose meaning is changed, is dropped and what names it is masked",
        arguments: ["Device", "Practitioner"])
    func containedDropped(type: String) async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings,
            also: [
                try Self.observation("contained") {
                    $0["contained"] = [
                        [
                            "resourceType": .string(type), "id": "x", "modifierExtension": [["url": "urn:not"]],
                            "name": [["family": "Hale"]],
                        ]
                    ]
                    $0["performer"] = [["reference": "#x", "display": "somebody"]]
                }
            ])
        let sent = try await Self.sent(night, "contained")
        #expect(sent["contained"] == nil)
        #expect(sent["performer"]?[0]?["reference"] == nil)
        #expect(sent["performer"]?[0]?["display"] == "somebody")
        #expect(sent["performer"]?[0]?["extension"]?[0]?["valueCode"] == "masked")
    }

    @Test("a sensitive label on what is contained holds the whole resource")
    func containedLabel() async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings,
            also: [
                try Self.observation("contained") {
                    $0["contained"] = [
                        ["resourceType": "Practitioner", "id": "x", "meta": ["security": [["code": "PSY"]]]]
                    ]
                }
            ])
        #expect(try await night.run().resources.leftOut[.consentSensitive] == 1)
    }

    @Test("a note of two visits is held when the second is sensitive, and left out when the second is not covered")
    func noteOfTwoVisits() async throws {
        let note = try Self.note { $0["context"] = ["encounter": Self.visits("Encounter/joe-visit", "Encounter/psy")] }
        let covered = try Night(
            [.joe], mappings: usCoreMappings, also: [note, try Self.sensitiveVisit(on: "2026-05-05")])
        #expect(try await covered.run().resources.leftOut == [.consentSensitive: 2])
        let earlier = try Night(
            [.joe], mappings: usCoreMappings, also: [note, try Self.sensitiveVisit(on: "2025-03-01")])
        #expect(try await earlier.run().resources.leftOut == [.coverageNotActive: 2])
    }

    @Test("a visit that is part of a sensitive one is held, and what belongs to it")
    func partOfSensitiveVisit() async throws {
        let part = try Resource(
            .object(Self.visit("part", on: "2026-05-05") { $0["partOf"] = ["reference": "Encounter/psy"] }))
        let note = try Self.note { $0["context"] = ["encounter": Self.visits("Encounter/part")] }
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: [part, note, try Self.sensitiveVisit(on: "2026-05-05")])
        #expect(try await night.run().resources.leftOut[.consentSensitive] == 3)
    }

    @Test("the label that a document carries of itself holds it")
    func documentLabel() async throws {
        let note = try Self.note { $0["securityLabel"] = [["coding": [["code": "R"]]]] }
        let night = try Night([.joe], mappings: usCoreMappings, also: [note])
        #expect(try await night.run().resources.leftOut[.consentSensitive] == 1)
    }

    @Test("a result outside the coverage does not go along with a visit that has no date yet")
    func undatedVisit() async throws {
        let visit = try Resource(
            .object(
                Self.visit("open", on: "") {
                    $0["status"] = "in-progress"
                    $0["period"] = nil
                }))
        let early = try Self.observation("early") {
            $0["encounter"] = ["reference": "Encounter/open"]
            $0["effectiveDateTime"] = "2025-12-31"
        }
        let night = try Night([.joe], mappings: usCoreMappings, also: [visit, early])
        #expect(try await night.run().resources.leftOut[.coverageNotActive] == 1)
    }

    private static func visits(_ references: String...) -> JSONValue {
        .array(references.map { ["reference": .string($0)] })
    }

    private static func observation(_ id: String, _ change: (inout JSONObject) -> Void) throws -> Resource {
        var json = try #require(NamedMember.joe.observation(value: "5.00").object)
        json["id"] = .string(id)
        change(&json)
        return try Resource(.object(json))
    }

    private static func visit(_ id: String, on day: String, _ change: (inout JSONObject) -> Void) throws -> JSONObject {
        let visits = try NamedMember.joe.with { $0.visit = day }.clinicRecords().filter { $0.type == "Encounter" }
        var json = try #require(visits.first).json
        json["id"] = .string(id)
        change(&json)
        return json
    }

    private static func sensitiveVisit(on day: String) throws -> Resource {
        try Resource(.object(visit("psy", on: day) { $0["meta"] = ["security": [["code": "PSY"]]] }))
    }

    private static func note(_ change: (inout JSONObject) -> Void) throws -> Resource {
        var json: JSONObject = [
            "resourceType": "DocumentReference", "id": "note", "status": "current",
            "type": ["coding": [["system": "http://loinc.org", "code": "34109-9"]]],
            "category": [["coding": [["code": "clinical-note"]]]], "subject": ["reference": "Patient/joe"],
            "content": [["attachment": ["contentType": "text/plain", "data": "bm90ZQ=="]]],
            "context": ["encounter": [["reference": "Encounter/joe-visit"]]],
        ]
        change(&json)
        return try Resource(.object(json))
    }

    /// The resource as the payer got it, by its id at the clinic.
    private static func sent(_ night: Night, _ id: String) async throws -> Resource {
        _ = try await night.run()
        let mark: JSONValue = ["system": "https://clinic0.example/fhir-id", "value": .string(id)]
        return try #require(night.payer.held.values.first { $0["identifier"]?.elements.contains(mark) == true })
    }
}
