import PDex

/// What searches on clinical types look like at US Core servers.
enum SearchShape {
    /// The parameter that says when something was done, by type (US Core 6.1.0 and base R4).
    static let dates = [
        "AllergyIntolerance": "date", "CarePlan": "date", "CareTeam": "date", "Condition": "recorded-date",
        "DiagnosticReport": "date", "DocumentReference": "date", "Encounter": "date", "Goal": "start-date",
        "Immunization": "date", "MedicationRequest": "authoredon", "Observation": "date", "Procedure": "date",
        "ServiceRequest": "authored",
    ]

    /// What a server may demand beside `patient`, and answers 400 without (RD-10): all values, as one OR list.
    static let demanded: [String: SearchQuery.Parameter] = [
        "Observation": .init(
            "category", "laboratory,vital-signs,social-history,survey,imaging,procedure,exam,therapy,activity,sdoh"),
        "Condition": .init("category", "problem-list-item,encounter-diagnosis,health-concern"),
        "DiagnosticReport": .init(
            "category", "LAB,http://loinc.org|LP29684-5,http://loinc.org|LP29708-2,http://loinc.org|LP7839-6"),
        "DocumentReference": .init("category", "clinical-note"),
        "CarePlan": .init("category", "assess-plan"),
        "CareTeam": .init("status", "proposed,active,suspended,inactive"),
        "MedicationRequest": .init(
            "intent", "proposal,plan,order,original-order,reflex-order,filler-order,instance-order,option"),
        "ServiceRequest": .init("intent", "proposal,plan,directive,order,original-order,reflex-order,filler-order"),
    ]
}
