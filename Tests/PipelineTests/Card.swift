import FHIR
import PDexTesting

/// A member whom the clinic knows only by name, and the card that the clinic has of that member.
enum Card {
    static let mae = NamedMember("mae", "Mae", "Lind", born: "1966-02-11", memberID: nil)
    static let uniqueMember = Coding(
        system: "http://hl7.org/fhir/us/davinci-hrex/CodeSystem/hrex-temp", code: "UMB")
    /// Mae's id at Med0.
    static let umb = Identifier(system: "https://med0.example/fhir/umb", value: "UMB-7", typeCodes: [uniqueMember])

    /// The clinic's Coverage, by a number on the card.
    static func coverage(
        _ number: String = "M0-mae", of patient: String = "mae", id: String = "card", npi: String = "1003000126",
        _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> Resource {
        var coverage: JSONObject = [
            "resourceType": "Coverage", "id": .string(id), "status": "active",
            "identifier": [
                [
                    "type": [
                        "coding": [["system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MB"]]
                    ],
                    "system": "https://med0.example/fhir/member-id", "value": .string(number),
                ], ["system": "https://clinic0.example/row", "value": "row-981"],
            ],
            "policyHolder": ["reference": "Patient/somebody-else"],
            "beneficiary": ["reference": .string("Patient/" + patient)],
            "period": ["start": "2026-01-01"],
            "payor": [
                ["identifier": ["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(npi)]]
            ],
            "costToBeneficiary": [["valueMoney": ["value": 40]]],
        ]
        change(&coverage)
        return try Resource(.object(coverage))
    }

    /// An HRex Consent of the clinic: the payer may answer the clinic.
    static func consent(of patient: String = "mae", from npi: String = "1003000126") throws -> Resource {
        func concept(_ system: String, _ code: String) -> JSONValue {
            ["coding": [["system": .string("http://terminology.hl7.org/CodeSystem/" + system), "code": .string(code)]]]
        }
        func actor(_ role: JSONValue, _ npi: String) -> JSONValue {
            [
                "role": role,
                "reference": ["identifier": ["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(npi)]],
            ]
        }
        let person: JSONValue = ["reference": .string("Patient/" + patient)]
        return try Resource([
            "resourceType": "Consent", "id": "agreed", "status": "active",
            "scope": concept("consentscope", "patient-privacy"), "category": [concept("v3-ActCode", "IDSCL")],
            "patient": person, "performer": [person],
            "sourceReference": ["reference": "DocumentReference/signed"],
            "policy": [
                ["uri": "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#regular"]
            ],
            "provision": [
                "type": "permit", "period": ["start": "2026-01-01", "end": "2026-12-31"],
                "actor": [
                    actor(concept("provenance-participant-type", "performer"), npi),
                    actor(concept("v3-ParticipationType", "IRCP"), "1234567893"),
                ],
                "action": [concept("consentaction", "disclose")],
            ],
            "note": [["text": "not for the payer"]],
        ])
    }
}
