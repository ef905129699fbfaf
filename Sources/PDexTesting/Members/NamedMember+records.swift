public import FHIR

extension NamedMember {
    /// The clinic's records: Patient, Encounter, Condition and Observation.
    public func clinicRecords() throws -> [Resource] {
        try [patient(id), encounter, condition, observation(value: "7.20")].map { try Resource($0) }
    }

    /// The payer's records: Patient, Coverage and Consent.
    public func payerRecords(clinicNPI: String, payerNPI: String) throws -> [Resource] {
        var records = [patient("m-" + id)]
        if let covered { records.append(coverage(covered)) }
        if let consent { records.append(consentRecord(consent, clinicNPI, payerNPI)) }
        return try records.map { try Resource($0) }
    }

    /// The laboratory result of the visit, with a value as written.
    public func observation(value: String) -> JSONValue {
        let number = JSONNumber(value).map(JSONValue.number) ?? .null
        return [
            "resourceType": "Observation", "id": .string(id + "-glucose"), "status": "final",
            "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")],
            "code": concept("http://loinc.org", "2339-0"), "subject": reference("Patient/" + id),
            "encounter": reference("Encounter/\(id)-visit"), "effectiveDateTime": .string(visit ?? "2026-05-04"),
            "valueQuantity": [
                "value": number, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L",
            ],
        ]
    }

    private func patient(_ id: String) -> JSONValue {
        var patient: JSONObject = [
            "resourceType": "Patient", "id": .string(id),
            "name": [["family": .string(family), "given": [.string(given)]]],
            "gender": .string(gender), "birthDate": .string(born),
        ]
        if let memberID {
            patient["identifier"] = [
                [
                    "type": concept("http://terminology.hl7.org/CodeSystem/v2-0203", "MB"),
                    "system": "https://med0.example/fhir/member-id", "value": .string(memberID),
                ]
            ]
        } else {
            patient["identifier"] = [["system": "https://clinic0.example/mrn", "value": .string("mrn-" + id)]]
        }
        return .object(patient)
    }

    private var encounter: JSONValue {
        var encounter: JSONObject = [
            "resourceType": "Encounter", "id": .string(id + "-visit"), "status": "finished",
            "class": ["system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"],
            "type": [concept("http://snomed.info/sct", "185349003")], "subject": reference("Patient/" + id),
            "participant": [["individual": reference("Practitioner/dr-hale")]],
        ]
        if let visit { encounter["period"] = ["start": .string(visit), "end": .string(visit)] }
        if !visitLabels.isEmpty {
            encounter["meta"] = [
                "security": .array(
                    visitLabels.map {
                        ["system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": .string($0)]
                    })
            ]
        }
        return .object(encounter)
    }

    private var condition: JSONValue {
        [
            "resourceType": "Condition", "id": .string(id + "-sore-throat"),
            "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            "verificationStatus": concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"),
            "category": [concept("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")],
            "code": concept("http://snomed.info/sct", "195662009"), "subject": reference("Patient/" + id),
            "encounter": reference("Encounter/\(id)-visit"),
        ]
    }

    private func coverage(_ period: ClosedRange<String>) -> JSONValue {
        [
            "resourceType": "Coverage", "id": .string("cov-" + id), "status": "active",
            "identifier": [
                [
                    "type": concept("http://terminology.hl7.org/CodeSystem/v2-0203", "MB"),
                    "system": "https://med0.example/fhir/member-id", "value": .string(memberID ?? "M0-\(id)"),
                ]
            ],
            "beneficiary": reference("Patient/m-" + id),
            "relationship": concept("http://terminology.hl7.org/CodeSystem/subscriber-relationship", "self"),
            "payor": [["display": "Med0 Health Plan"]],
            "period": ["start": .string(period.lowerBound), "end": .string(period.upperBound)],
        ]
    }

    private func consentRecord(_ status: String, _ clinicNPI: String, _ payerNPI: String) -> JSONValue {
        let page = "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#regular"
        return [
            "resourceType": "Consent", "id": .string("consent-" + id), "status": .string(status),
            "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
            "category": [concept("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IDSCL")],
            "patient": reference("Patient/m-" + id), "performer": [reference("Patient/m-" + id)],
            "sourceReference": reference("DocumentReference/signed-" + id), "policy": [["uri": .string(page)]],
            "provision": [
                "type": "permit",
                "period": ["start": .string(consentPeriod.lowerBound), "end": .string(consentPeriod.upperBound)],
                "actor": [
                    actor("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "performer", clinicNPI),
                    actor("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP", payerNPI),
                ],
                "action": [concept("http://terminology.hl7.org/CodeSystem/consentaction", "disclose")],
            ],
        ]
    }

    private func actor(_ system: String, _ role: String, _ npi: String) -> JSONValue {
        [
            "role": concept(system, role),
            "reference": ["identifier": ["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(npi)]],
        ]
    }

    private func concept(_ system: String, _ code: String) -> JSONValue {
        ["coding": [["system": .string(system), "code": .string(code)]]]
    }

    private func reference(_ text: String) -> JSONValue {
        ["reference": .string(text)]
    }
}
