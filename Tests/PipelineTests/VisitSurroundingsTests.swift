import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

/// RD-14: a visit's graph, from reference to reference.
@Suite("What a visit leads to is fetched, however far and in whatever circle")
struct VisitSurroundingsTests {
    private static let places = [
        "Practitioner/dr-hale", "Location/ward", "Location/home", "Location/house", "Organization/clinic",
        "Organization/nursing", "Organization/owner", "Encounter/stay", "Condition/fall", "Condition/joe-sore-throat",
    ]

    @Test("each reference of a visit, and what those lead to in turn, each once a run, though some lead in a circle")
    func graph() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, also: try Self.graph(), by: .rosterSearch)

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(report.notes == [:])
        var missing: [String] = []
        for place in Self.places where try await !Self.isStaged(place, night) { missing.append(place) }
        #expect(missing == [])
        for type in ["Practitioner", "Location", "Organization"] {
            let asked = night.clinic.asked(type).flatMap { $0["_id"]?.split(separator: ",") ?? [] }
            #expect(Set(asked).count == asked.count)
        }
    }

    @Test("a chain that has no end is followed for so many steps and not one more, and that is noted")
    func endless() async throws {
        let chain = try (0..<40).map { number in
            try Resource([
                "resourceType": "Organization", "id": .string("o\(number)"), "name": "Part", "active": true,
                "partOf": ["reference": .string("Organization/o\(number + 1)")],
            ])
        }
        let visit = try Self.visit(["serviceProvider": ["reference": "Organization/o0"]])
        let night = try Night([.joe], mappings: usCoreMappings, also: chain + [visit], by: .rosterSearch)

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(night.clinic.asked("Organization").count == 16)
        #expect(report.notes == [.clinicReferenceMissing: 1])
        #expect(try await Self.isStaged("Organization/o15", night))
    }

    private static func visit(_ more: JSONObject) throws -> Resource {
        var json: JSONObject = [
            "resourceType": "Encounter", "id": "long", "status": "finished",
            "class": ["system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"],
            "type": [["text": "a stay"]], "subject": ["reference": "Patient/joe"],
            "period": ["start": "2026-05-04", "end": "2026-05-04"],
        ]
        for member in more.members { json[member.key] = member.value }
        return try Resource(.object(json))
    }

    private static func graph() throws -> [Resource] {
        let others: [JSONValue] = [
            [
                "resourceType": "Location", "id": "ward", "name": "Ward", "partOf": ["reference": "Location/house"],
                "managingOrganization": ["reference": "Organization/owner"],
            ],
            ["resourceType": "Location", "id": "house", "name": "House"],
            ["resourceType": "Location", "id": "home", "name": "Home"],
            [
                "resourceType": "Organization", "id": "clinic", "name": "Clinic", "active": true,
                "partOf": ["reference": "Organization/owner"],
            ],
            [
                "resourceType": "Organization", "id": "owner", "name": "Owner", "active": true,
                "partOf": ["reference": "Organization/clinic"],
            ],
            ["resourceType": "Organization", "id": "nursing", "name": "Nursing home", "active": true],
            [
                "resourceType": "Condition", "id": "fall", "code": ["text": "a fall"],
                "subject": ["reference": "Patient/joe"],
            ],
        ]
        return try others.map { try Resource($0) } + [
            visit([
                "participant": [["individual": ["reference": "Practitioner/dr-hale"]]],
                "reasonReference": [["reference": "Condition/fall"]],
                "diagnosis": [["condition": ["reference": "Condition/joe-sore-throat"]]],
                "location": [["location": ["reference": "Location/ward"]]],
                "serviceProvider": ["reference": "Organization/clinic"], "partOf": ["reference": "Encounter/stay"],
                "hospitalization": [
                    "origin": ["reference": "Location/home"], "destination": ["reference": "Organization/nursing"],
                ],
            ]),
            Resource([
                "resourceType": "Encounter", "id": "stay", "status": "finished",
                "class": ["code": "IMP"], "subject": ["reference": "Patient/joe"],
                "period": ["start": "2026-05-04", "end": "2026-05-04"], "partOf": ["reference": "Encounter/long"],
            ]),
        ]
    }

    private static func isStaged(_ place: String, _ night: Night) async throws -> Bool {
        let parts = place.split(separator: "/").map(String.init)
        let key = night.identities.key(source: "clinic0", type: parts[0], id: parts[1])
        return try await night.store.read { try $0.staged(key) } != nil
    }
}
