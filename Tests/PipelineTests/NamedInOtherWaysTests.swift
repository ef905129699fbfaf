import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

/// CO-05: a reader of what is sent must not learn of what is held back, in whatever way it is named.
@Suite("What names something held is held, in whatever way it names it")
struct NamedInOtherWaysTests {
    private static let ways: [JSONValue] = [
        ["reference": "Encounter/psy"],
        ["reference": "https://clinic0.example/elsewhere/Encounter/psy"],
        ["reference": "urn:uuid:psy"],
        ["reference": "Encounter?identifier=urn:visits|V-77"],
        ["reference": "Encounter?identifier=V-77"],
        ["reference": "Encounter?_id=psy"],
        ["reference": "Encounter/unknown", "identifier": ["system": "urn:visits", "value": "V-77"]],
        ["type": "Encounter", "identifier": ["system": "urn:visits", "value": "V-77"]],
        ["type": "http://hl7.org/fhir/StructureDefinition/Encounter", "identifier": ["value": "V-77"]],
        ["identifier": ["system": "urn:visits", "value": "V-77"]],
        ["identifier": ["system": "https://clinic0.example/fhir-id", "value": "psy"]],
        ["display": "talk  of  SORROWS"],
    ]

    @Test("by id, address, search, identifier or words", arguments: ways)
    func held(way: JSONValue) async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: [try Self.heldVisit(), try Self.result(about: way)])
        #expect(try await night.run().resources.leftOut == [.consentSensitive: 2])
    }

    @Test(
        "another visit's number, another type and other words hold nothing, and stay as they are",
        arguments: [
            ["type": "Encounter", "identifier": ["system": "urn:visits", "value": "V-78"]],
            ["type": "Encounter", "identifier": ["system": "urn:others", "value": "V-77"]],
            ["type": "ServiceRequest", "identifier": ["system": "urn:visits", "value": "V-77"]],
            ["display": "talk of the weather"],
        ] as [JSONValue])
    func unheld(way: JSONValue) async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: [try Self.heldVisit(), try Self.result(about: way)])
        #expect(try await night.run().resources.leftOut == [.consentSensitive: 1])
        var sent = try #require(way.object)
        if sent["type"] != nil { sent["display"] = nil }
        #expect(try Self.sent(night)["focus"]?[0] == .object(sent))
    }

    @Test("the free text of a visit that is named by its number is held with what is found there")
    func freeText() async throws {
        let visit: JSONValue = ["type": "Encounter", "identifier": ["system": "urn:visits", "value": "V-1"]]
        let note: JSONValue = [
            "resourceType": "DocumentReference", "id": "note", "status": "current", "type": ["text": "a letter"],
            "category": [["coding": [["code": "clinical-note"]]]], "subject": ["reference": "Patient/joe"],
            "content": [["attachment": ["contentType": "text/plain", "data": "bm90ZQ=="]]],
            "context": ["encounter": [visit]],
        ]
        let open = try Self.visit("open") { $0["identifier"] = [["system": "urn:visits", "value": "V-1"]] }
        var result = try Self.result(about: ["display": "somebody"]).json
        result["encounter"] = ["reference": "Encounter/open"]
        result["meta"] = ["security": [["code": "PSY"]]]
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: [open, try Resource(note), try Resource(.object(result))])
        #expect(try await night.run().resources.leftOut == [.consentSensitive: 2])
    }

    @Test(
        "a person who is not the member is not named by a number or a search",
        arguments: [
            ["type": "Patient", "identifier": ["system": "urn:mrn", "value": "ada-7"], "display": "Ada"],
            ["reference": "Patient?identifier=urn:mrn|ada-7", "display": "Ada"],
            ["reference": "Patient?_id=ada", "display": "Ada"],
            ["reference": "Patient?name=Ada", "display": "Ada"],
            ["reference": "Patient?identifier=urn:mrn|ada-7&active=true", "display": "Ada"],
            ["reference": "urn:uuid:ada", "display": "Ada"],
            ["reference": "https://elsewhere.example/Patient/ada", "display": "Ada"],
            ["reference": "Encounter?_id=ada-visit", "display": "Ada's"],
            ["identifier": ["system": "https://med0.example/fhir/member-id", "value": "M0-2"], "display": "Ada"],
            [
                "type": "RelatedPerson",
                "identifier": ["system": "https://med0.example/fhir/member-id", "value": "M0-2"],
                "display": "Ada",
            ],
        ] as [JSONValue])
    func others(way: JSONValue) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, also: [try Self.result(about: way)])
        _ = try await night.run()
        let focus = try #require(try Self.sent(night)["focus"]?[0])
        #expect(focus["extension"]?[0]?["valueCode"] == "masked")
        #expect(focus["identifier"] == nil && focus["display"] == nil && focus["reference"] == nil)
    }

    @Test(
        "where a reference certainly leads it leads at the payer, too; where it may lead nothing is made up",
        arguments: [
            ("Patient?_id=joe", "Patient/"), ("Procedure?date=2026-05-04", nil),
            ("Procedure?_id=operation", "Procedure/"), ("Procedure?identifier=urn:operations|O-1", "Procedure/"),
            ("Procedure?identifier=urn:operations|O-1&status=completed", nil), ("urn:uuid:operation", nil),
            ("https://elsewhere.example/Procedure/operation", nil),
        ] as [(String, String?)])
    func certain(text: String, place: String?) async throws {
        let operation: JSONValue = [
            "resourceType": "Procedure", "id": "operation", "status": "completed", "code": ["text": "x"],
            "identifier": [["system": "urn:operations", "value": "O-1"]],
            "subject": ["reference": "Patient/joe"], "performedDateTime": "2026-05-04",
        ]
        let way: JSONValue = ["reference": .string(text), "display": "words"]
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: [try Resource(operation), try Self.result(about: way)],
            types: ["Patient", "Encounter", "Condition", "Observation", "Procedure"])
        #expect(try await night.run().exchanges.acknowledged == 1)
        let focus = try #require(try Self.sent(night)["focus"]?[0])
        if let place {
            #expect(focus["reference"]?.string?.hasPrefix(place) == true)
            #expect(night.payer.held.keys.contains(focus["reference"]?.string ?? ""))
        } else {
            #expect(focus["reference"] == nil && focus["display"] == nil)
            #expect(focus["identifier"]?["value"] != nil)
        }
    }

    @Test(
        "what many share keeps its words, and of what belongs to one they are left out",
        arguments: ["Organization", "ServiceRequest", nil])
    func words(type: String?) async throws {
        var way: JSONObject = ["identifier": ["system": "urn:orders", "value": "7"], "display": "words"]
        way["type"] = type.map { .string($0) }
        let night = try Night([.joe], mappings: usCoreMappings, also: [try Self.result(about: .object(way))])
        _ = try await night.run()
        let focus = try #require(try Self.sent(night)["focus"]?[0])
        #expect(focus["identifier"]?["value"] == "7")
        #expect((focus["display"] != nil) == (type != "ServiceRequest"))
    }

    @Test("what is left out for another reason is told by its id alone, without the words")
    func leftOut() async throws {
        let operation: JSONValue = [
            "resourceType": "Procedure", "id": "old", "status": "completed", "code": ["text": "x"],
            "identifier": [["system": "urn:operations", "value": "O-1"]],
            "subject": ["reference": "Patient/joe"], "performedDateTime": "2019-01-01",
        ]
        let way: JSONValue = [
            "type": "Procedure", "identifier": ["system": "urn:operations", "value": "O-1"], "display": "an operation",
        ]
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: [try Resource(operation), try Self.result(about: way)])
        #expect(try await night.run().resources.leftOut == [.coverageNotActive: 1])
        let focus = try #require(try Self.sent(night)["focus"]?[0])
        #expect(focus == ["identifier": ["system": "https://clinic0.example/fhir-id", "value": "old"]])
    }

    private static func heldVisit() throws -> Resource {
        try visit("psy") {
            $0["meta"] = ["security": [["code": "PSY"]]]
            $0["identifier"] = [["system": "urn:visits", "value": "V-77"]]
            $0["type"] = [["text": "Talk of sorrows"]]
        }
    }

    private static func visit(_ id: String, _ change: (inout JSONObject) -> Void) throws -> Resource {
        let visits = try NamedMember.joe.with { $0.visit = "2026-05-05" }.clinicRecords().filter {
            $0.type == "Encounter"
        }
        var json = try #require(visits.first).json
        json["id"] = .string(id)
        change(&json)
        return try Resource(.object(json))
    }

    private static func result(about way: JSONValue) throws -> Resource {
        try Resource([
            "resourceType": "Observation", "id": "odd", "status": "final", "code": ["text": "a look at another"],
            "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/joe-visit"],
            "effectiveDateTime": "2026-05-04", "valueString": "x", "focus": [way],
        ])
    }

    private static func sent(_ night: Night) throws -> Resource {
        try #require(night.payer.held.values.first { $0["code"]?["text"] == "a look at another" })
    }
}
