/// The resource types that Med0 accepts: those that a PDex exchange may hold.
enum WritableTypes {
    static let all = [
        "AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Consent", "Coverage", "Device", "DiagnosticReport",
        "DocumentReference", "Encounter", "ExplanationOfBenefit", "Goal", "Immunization", "Location", "Medication",
        "MedicationDispense", "MedicationRequest", "Observation", "Organization", "Patient", "Practitioner",
        "PractitionerRole", "Procedure", "Provenance", "QuestionnaireResponse", "RelatedPerson", "ServiceRequest",
        "Specimen",
    ]
}
