import FHIR

/// The worked example's visit as its clinic has it, in version 3 of each record: a check-up in a room of the clinic, at
/// which a doctor wrote a diagnosis.
enum WorkedVisit {
    static let records: [JSONValue] = [encounter, condition, doctor, room, clinic]

    private static let meta: JSONValue = ["versionId": "3", "lastUpdated": "2026-01-10T16:40:00Z"]
    private static let npi: JSONValue = .string("http://hl7.org/fhir/sid/us-npi")

    private static func coding(_ system: String, _ code: String, _ display: String? = nil) -> JSONValue {
        var coding: JSONObject = ["system": .string(system), "code": .string(code)]
        coding["display"] = display.map { .string($0) }
        return .object(coding)
    }

    private static func hl7(_ system: String, _ code: String) -> JSONValue {
        ["coding": [coding("http://terminology.hl7.org/CodeSystem/" + system, code)]]
    }

    private static let period: JSONValue = ["start": "2026-01-10T16:00:00-06:00", "end": "2026-01-10T16:40:00-06:00"]

    private static let encounter: JSONValue = [
        "resourceType": "Encounter", "id": "8841", "meta": meta, "status": "finished",
        "class": coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", "ambulatory"),
        "type": [
            [
                "coding": [coding("http://snomed.info/sct", "185349003", "Encounter for check up (procedure)")],
                "text": "Office visit",
            ]
        ],
        "subject": ["reference": "Patient/joe"],
        "participant": [
            [
                "type": [hl7("v3-ParticipationType", "PPRF")], "period": period,
                "individual": ["reference": "Practitioner/prac-1"],
            ]
        ],
        "period": period, "reasonReference": [["reference": "Condition/5512"]],
        "location": [["location": ["reference": "Location/exam-3"]]],
        "serviceProvider": ["reference": "Organization/clinic0"],
    ]
    private static let condition: JSONValue = [
        "resourceType": "Condition", "id": "5512", "meta": meta, "clinicalStatus": hl7("condition-clinical", "active"),
        "verificationStatus": hl7("condition-ver-status", "confirmed"),
        "category": [hl7("condition-category", "encounter-diagnosis")],
        "code": [
            "coding": [
                coding("http://snomed.info/sct", "195662009", "Acute viral pharyngitis"),
                coding("http://hl7.org/fhir/sid/icd-10-cm", "J02.8"),
            ]
        ],
        "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/8841"],
        "recordedDate": "2026-01-10", "recorder": ["reference": "Practitioner/prac-1"],
    ]
    private static let doctor: JSONValue = [
        "resourceType": "Practitioner", "id": "prac-1", "meta": meta,
        "identifier": [["system": npi, "value": "1245319599"]], "name": [["family": "Okafor", "given": ["Ada"]]],
    ]
    private static let room: JSONValue = [
        "resourceType": "Location", "id": "exam-3", "meta": meta,
        "identifier": [["system": "https://clinic0.example/location", "value": "EXAM-3"]], "status": "active",
        "name": "Clinic0 Exam Room 3", "managingOrganization": ["reference": "Organization/clinic0"],
    ]
    private static let clinic: JSONValue = [
        "resourceType": "Organization", "id": "clinic0", "meta": meta,
        "identifier": [["system": npi, "value": "1234567893"]], "active": true, "name": "Clinic0",
    ]
}
