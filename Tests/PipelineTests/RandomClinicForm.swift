import FHIR

/// A consent as a clinic keeps it: a form of any kind, often ended, sometimes renewed.
struct RandomClinicForm {
    private static let hl7 = "http://terminology.hl7.org/CodeSystem/"

    /// One form, or nil for one that cannot be read.
    static func make(_ random: inout Numbers, clinic: String, payer: String) -> JSONValue? {
        if random.below(80) == 0 { return nil }
        var json: JSONObject = ["resourceType": "Consent", "id": "f", "patient": ["reference": "Patient/p"]]
        let rare = ["rejected", "entered-in-error", "draft", "proposed"]
        json["status"] = .string(
            random.below(10) == 0 ? rare[random.below(4)] : random.below(2) == 0 ? "active" : "inactive")
        // At least two days apart: a day is not the same moment everywhere.
        let days = ["2026-02-01", "2026-03-04", "2026-04-01", "2026-05-20", "2026-07-01", "nonsense"]
        if random.below(8) > 0 { json["dateTime"] = .string(days[random.below(6)]) }
        if random.below(8) > 0 { json["meta"] = ["lastUpdated": .string(days[random.below(5)] + "T08:00:00Z")] }
        let scope = ["patient-privacy", "patient-privacy", "patient-privacy", "treatment", "research", "whatever", ""]
        let found = scope[random.below(7)]
        if !found.isEmpty {
            json["scope"] = concept(random.below(20) == 0 ? "urn:scopes" : hl7 + "consentscope", found)
        }
        if random.below(8) > 0 {
            json["category"] = [concept(hl7 + "v3-ActCode", random.below(6) == 0 ? "INFA" : "IDSCL")]
        }
        if random.below(25) == 0 { json["policyRule"] = concept(hl7 + "v3-ActCode", "OPTOUT") }
        var provision: JSONObject = [:]
        if random.below(8) > 0 { provision["type"] = .string(random.below(8) == 0 ? "deny" : "permit") }
        if random.below(15) == 0 { provision["provision"] = [["type": "deny"]] }
        if random.below(4) == 0 {
            let ends = ["2026-05-01", "2026-12-31", "soon"]
            provision["period"] = ["start": "2026-01-01", "end": .string(ends[random.below(3)])]
        }
        if random.below(2) == 0 {
            let other = random.below(10) == 0 ? "1679576722" : payer
            provision["actor"] = [
                [
                    "role": concept(hl7 + "v3-ParticipationType", "IRCP"),
                    "reference": ["identifier": ["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(other)]],
                ]
            ]
        }
        json["provision"] = .object(provision)
        return .object(json)
    }

    private static func concept(_ system: String, _ code: String) -> JSONValue {
        ["coding": [["system": .string(system), "code": .string(code)]]]
    }
}
