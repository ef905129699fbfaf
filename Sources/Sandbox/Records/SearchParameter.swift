/// How a search parameter of a type reads a resource.
enum SearchParameter: Sendable, Hashable {
    /// The references at a path.
    case reference(ElementPath)
    /// The codes, Codings or CodeableConcepts at a path.
    case token(ElementPath)
    /// The clinically relevant time.
    case date
    /// The Patient in whose compartment the resource is.
    case patient
    /// The Encounter of the resource.
    case encounter
    /// The business identifiers.
    case identifier

    /// The parameters of a type, by name; types not listed get those that every clinical type has.
    static func all(of type: String) -> [String: SearchParameter] {
        var all: [String: SearchParameter] = ["identifier": .identifier]
        if !administrative.contains(type) {
            all["patient"] = .patient
            all["date"] = .date
            if type == "Provenance" || type == "Coverage" || type == "Consent" { all["date"] = nil }
        }
        if byEncounter.contains(type) {
            all["encounter"] = .encounter
            all["subject"] = .patient
        }
        if type == "MedicationDispense" {
            all["context"] = .encounter
            all["subject"] = .patient
        }
        for (name, path) in references[type] ?? [:] { all[name] = .reference(ElementPath(path)) }
        for (name, path) in tokens[type] ?? [:] { all[name] = .token(ElementPath(path)) }
        return all
    }

    private static let administrative: Set = [
        "Patient", "Organization", "Location", "Practitioner", "PractitionerRole", "Group", "Medication",
    ]

    private static let byEncounter: Set = [
        "Condition", "Observation", "Procedure", "DiagnosticReport", "DocumentReference", "MedicationRequest",
        "ServiceRequest", "CarePlan", "CareTeam",
    ]

    private static let references: [String: [String: String]] = [
        "Patient": ["general-practitioner": "generalPractitioner", "organization": "managingOrganization"],
        "Encounter": [
            "subject": "subject", "participant": "participant.individual", "practitioner": "participant.individual",
            "location": "location.location", "service-provider": "serviceProvider", "part-of": "partOf",
            "reason-reference": "reasonReference", "diagnosis": "diagnosis.condition",
        ],
        "Condition": ["asserter": "asserter"],
        "Observation": [
            "performer": "performer", "has-member": "hasMember", "derived-from": "derivedFrom", "specimen": "specimen",
            "based-on": "basedOn",
        ],
        "Procedure": ["performer": "performer.actor", "location": "location"],
        "DiagnosticReport": ["performer": "performer", "result": "result"],
        "DocumentReference": ["author": "author", "custodian": "custodian"],
        "MedicationRequest": ["requester": "requester", "medication": "medicationReference"],
        "Immunization": ["performer": "performer.actor", "location": "location"],
        "AllergyIntolerance": ["recorder": "recorder", "asserter": "asserter"],
        "Provenance": ["target": "target", "agent": "agent.who", "entity": "entity.what"],
        "PractitionerRole": ["practitioner": "practitioner", "organization": "organization", "location": "location"],
        "Location": ["organization": "managingOrganization", "partof": "partOf"],
        "Organization": ["partof": "partOf"],
        "Coverage": ["beneficiary": "beneficiary", "payor": "payor", "subscriber": "subscriber"],
        "Consent": ["consentor": "performer", "actor": "provision.actor.reference"],
        "Group": ["member": "member.entity"],
        "ExplanationOfBenefit": ["provider": "provider", "coverage": "insurance.coverage"],
        "CareTeam": ["participant": "participant.member"],
        "CarePlan": ["care-team": "careTeam", "condition": "addresses", "goal": "goal"],
        "ServiceRequest": ["requester": "requester", "performer": "performer", "specimen": "specimen"],
        "Specimen": ["collector": "collection.collector"],
        "MedicationDispense": ["performer": "performer.actor", "prescription": "authorizingPrescription"],
    ]

    private static let tokens: [String: [String: String]] = [
        "Patient": ["gender": "gender"],
        "Encounter": ["status": "status", "class": "class", "type": "type"],
        "Condition": ["category": "category", "code": "code", "clinical-status": "clinicalStatus"],
        "Observation": ["status": "status", "category": "category", "code": "code"],
        "Procedure": ["status": "status", "code": "code"],
        "DiagnosticReport": ["status": "status", "category": "category", "code": "code"],
        "DocumentReference": ["status": "status", "category": "category", "type": "type"],
        "MedicationRequest": ["status": "status", "intent": "intent", "code": "medicationCodeableConcept"],
        "Immunization": ["status": "status", "vaccine-code": "vaccineCode"],
        "AllergyIntolerance": ["clinical-status": "clinicalStatus", "code": "code"],
        "Coverage": ["status": "status", "type": "type"],
        "Consent": ["status": "status", "category": "category"],
        "Group": ["type": "type", "code": "code"],
        "CarePlan": ["status": "status", "intent": "intent", "category": "category"],
        "CareTeam": ["status": "status", "category": "category"],
        "Goal": ["lifecycle-status": "lifecycleStatus", "category": "category"],
        "Device": ["status": "status", "type": "type"],
        "ServiceRequest": ["status": "status", "intent": "intent", "category": "category", "code": "code"],
        "Specimen": ["status": "status", "type": "type"],
        "RelatedPerson": ["active": "active", "relationship": "relationship"],
        "MedicationDispense": ["status": "status", "type": "type", "code": "medicationCodeableConcept"],
    ]
}
