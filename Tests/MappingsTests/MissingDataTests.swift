import FHIR
import Mappings
import PDexTesting
import Testing

/// UC-05: elements that say that data is missing count as data, and absent elements stay absent.
@Suite("What says that data is missing is taken, and goes on as it is")
struct MissingDataTests {
    private static let reason: JSONValue = [
        "extension": [
            ["url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "asked-declined"]
        ]
    ]
    private static let coded: JSONValue = [
        "coding": [["system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "not-asked"]]
    ]
    private static let person: JSONValue = ["reference": "Patient/joe"]
    private static let laboratory: JSONValue = [
        [
            "coding": [
                ["system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"]
            ]
        ]
    ]

    static let resources: [JSONValue] = [
        [
            "resourceType": "Patient", "id": "1", "identifier": [["system": "urn:x", "_value": reason]],
            "name": [reason], "telecom": [["system": "phone", "_value": reason]], "_gender": reason,
            "_birthDate": reason, "address": [["_line": [reason], "_city": reason]],
        ],
        [
            "resourceType": "Encounter", "id": "1", "status": "finished", "_class": reason, "type": [coded],
            "subject": person, "period": ["_start": reason, "end": "2026-05-04"], "reasonCode": [coded],
            "location": [["location": reason]],
        ],
        [
            "resourceType": "Condition", "id": "1", "clinicalStatus": coded, "category": [["text": "problem"]],
            "code": coded, "subject": person, "_onsetDateTime": reason, "_recordedDate": reason,
        ],
        [
            "resourceType": "Observation", "id": "1", "status": "final", "category": laboratory, "code": coded,
            "subject": person, "_effectiveDateTime": reason, "dataAbsentReason": coded,
        ],
        [
            "resourceType": "Observation", "id": "1", "status": "final", "category": laboratory, "code": coded,
            "subject": person, "component": [["code": coded, "dataAbsentReason": coded]],
            "valueQuantity": ["_value": reason, "unit": "mg"],
        ],
        [
            "resourceType": "Immunization", "id": "1", "status": "not-done", "statusReason": coded,
            "vaccineCode": coded, "patient": person, "_occurrenceDateTime": reason, "_primarySource": reason,
        ],
        [
            "resourceType": "MedicationRequest", "id": "1", "status": "active", "intent": "order",
            "medicationCodeableConcept": coded, "subject": person, "_authoredOn": reason, "requester": reason,
        ],
        [
            "resourceType": "Procedure", "id": "1", "status": "completed", "code": coded, "subject": person,
            "_performedDateTime": reason,
        ],
        [
            "resourceType": "AllergyIntolerance", "id": "1", "code": coded, "patient": person,
            "clinicalStatus": [
                "coding": [
                    [
                        "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                        "code": "active",
                    ]
                ]
            ],
            "reaction": [["manifestation": [coded], "_onset": reason]],
        ],
        [
            "resourceType": "Practitioner", "id": "1", "identifier": [["system": "urn:x", "_value": reason]],
            "name": [["_family": reason]],
        ],
    ]

    @Test("in each type and each way of saying it, and nothing is put in for what is not there", arguments: resources)
    func goesOn(json: JSONValue) throws {
        let set = try MappingSet.load(directory: Repository.mappings, digests: .standIn)

        let outcome = set.map(try Resource(json), in: MappingTests.context)

        guard case .mapped(let mapped, _, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        var result = mapped.json
        result["meta"] = nil
        #expect(JSONValue.object(result) == json)
    }
}
