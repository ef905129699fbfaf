import FHIR

/// One thing that a chart holds in addition to its Patient, and when that was.
struct Deed {
    let chart: String
    let resource: Resource
    /// The day that counts; nil for what holds today.
    let day: String?

    private static let days = ["2019-05-04", "2021-06-01", "2025-09-09", "2026-02-04", "2026-03-02", "2026-05-04"]

    /// What was done for somebody: visits, each with a result of another day, and things that belong to no visit.
    static func all(in chart: String, _ random: inout Numbers) throws -> [Deed] {
        func anyDay() -> String { days[random.below(days.count)] }
        var deeds: [Deed] = []
        for visit in 0..<(1 + random.below(2)) {
            let day = anyDay()
            let id = "\(chart)-v\(visit)"
            deeds.append(
                try deed("Encounter", id, chart, day) {
                    $0["period"] = ["start": .string(day), "end": .string(day)]
                    $0["status"] = "finished"
                    $0["class"] = ["system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"]
                })
            deeds.append(
                try deed("Observation", "\(id)-o", chart, day) {
                    $0["status"] = "final"
                    $0["code"] = ["text": "a result"]
                    $0["encounter"] = ["reference": .string("Encounter/" + id)]
                    $0["effectiveDateTime"] = .string(days[random.below(days.count)])
                })
        }
        let (handedOver, planned) = (anyDay(), anyDay())
        deeds.append(
            try deed("MedicationDispense", "\(chart)-d", chart, handedOver) {
                $0["status"] = "completed"
                $0["medicationCodeableConcept"] = ["text": "a medicine"]
                $0["whenHandedOver"] = .string(handedOver)
            })
        deeds.append(
            try deed("ServiceRequest", "\(chart)-s", chart, planned) {
                $0["status"] = "completed"
                $0["intent"] = "order"
                $0["code"] = ["text": "a service"]
                $0["occurrencePeriod"] = ["start": .string(planned), "end": .string(planned)]
            })
        deeds.append(
            try deed("AllergyIntolerance", "\(chart)-a", chart, nil) {
                $0["clinicalStatus"] = [
                    "coding": [
                        [
                            "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                            "code": "active",
                        ]
                    ]
                ]
                $0["code"] = ["text": "a substance"]
                $0["recordedDate"] = "1999-01-01"
            })
        return deeds
    }

    private static func deed(
        _ type: String, _ id: String, _ chart: String, _ day: String?, _ change: (inout JSONObject) -> Void
    ) throws -> Deed {
        let patient: JSONValue = ["reference": .string("Patient/" + chart)]
        var json: JSONObject = ["resourceType": .string(type), "id": .string(id)]
        json[type == "AllergyIntolerance" ? "patient" : "subject"] = patient
        change(&json)
        return Deed(chart: chart, resource: try Resource(.object(json)), day: day)
    }
}
