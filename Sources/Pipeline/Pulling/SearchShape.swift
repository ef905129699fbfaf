import FHIR
import PDex

/// The form of searches for clinical types at US Core servers.
enum SearchShape {
    /// The parameter that says when something was done, by type (US Core 6.1.0 and base R4).
    static let dates = [
        "AllergyIntolerance": "date", "CarePlan": "date", "CareTeam": "date", "Condition": "recorded-date",
        "DiagnosticReport": "date", "DocumentReference": "date", "Encounter": "date", "Goal": "start-date",
        "Immunization": "date", "MedicationRequest": "authoredon", "Observation": "date", "Procedure": "date",
        "ServiceRequest": "authored",
    ]

    /// Those of them whose element is a day (`date`), not a moment.
    private static let daily: Set<String> = ["start-date"]

    /// What was done since an instant: by day if the element is a day, otherwise by second with its zone (RD-07).
    static func since(_ instant: Instant, by name: String) -> SearchQuery.Parameter {
        .init(name, "ge" + (daily.contains(name) ? String(instant.text.prefix(10)) : instant.text))
    }

    /// Parameters that a server may demand in addition to `patient`, answering 400 without them (RD-10): all values, as
    /// one OR list, the likelier demand first.
    ///
    /// Categories are loosely bound, so the list cannot be complete; a status or intent may be absent.
    static let demanded: [String: [SearchQuery.Parameter]] = [
        "AllergyIntolerance": [list("clinical-status", "active,inactive,resolved")],
        "CarePlan": [
            list("category", "assess-plan"),
            list("status", "draft,active,on-hold,revoked,completed,entered-in-error,unknown"),
        ],
        "CareTeam": [list("status", "proposed,active,suspended,inactive,entered-in-error")],
        "Condition": [
            list("category", "problem-list-item,encounter-diagnosis,health-concern," + screening),
            list("clinical-status", "active,recurrence,relapse,inactive,remission,resolved"),
        ],
        "DiagnosticReport": [
            list(
                "category",
                "LAB,RAD,CUS,PAT,http://loinc.org|LP29684-5,http://loinc.org|LP29708-2,http://loinc.org|LP7839-6"),
            list(
                "status",
                "registered,partial,preliminary,final,amended,corrected,appended,cancelled,entered-in-error,unknown"),
        ],
        "DocumentReference": [
            list("category", "clinical-note"), list("status", "current,superseded,entered-in-error"),
        ],
        "Encounter": [
            list(
                "status",
                "planned,arrived,triaged,in-progress,onleave,finished,cancelled,entered-in-error,unknown")
        ],
        "Goal": [
            list(
                "lifecycle-status",
                "proposed,planned,accepted,active,on-hold,completed,cancelled,entered-in-error,rejected")
        ],
        "Immunization": [list("status", "completed,entered-in-error,not-done")],
        "MedicationRequest": [
            list("intent", intents), list("status", requests + ",cancelled,stopped"),
        ],
        "Observation": [
            list(
                "category",
                "laboratory,vital-signs,social-history,survey,imaging,procedure,exam,therapy,activity,clinical-test,"
                    + "treatment-intervention-preference,care-experience-preference,observation-adi-documentation,"
                    + screening),
            list(
                "status", "registered,preliminary,final,amended,corrected,cancelled,entered-in-error,unknown"),
        ],
        "Procedure": [
            list(
                "status",
                "preparation,in-progress,not-done,on-hold,stopped,completed,entered-in-error,unknown")
        ],
        "ServiceRequest": [
            list("intent", "directive," + intents), list("status", requests + ",revoked"),
        ],
    ]

    /// The US Core categories for screenings.
    private static let screening = "sdoh,functional-status,disability-status,cognitive-status"
    private static let intents =
        "proposal,plan,order,original-order,reflex-order,filler-order,instance-order,option"
    private static let requests = "draft,active,on-hold,completed,entered-in-error,unknown"

    private static func list(_ name: String, _ values: String) -> SearchQuery.Parameter { .init(name, values) }
}
