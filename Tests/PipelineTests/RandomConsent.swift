import FHIR

/// A consent as a careless or hostile payer may write it: mostly right, each part sometimes wrong.
struct RandomConsent {
    private static let hl7 = "http://terminology.hl7.org/CodeSystem/"

    /// One consent, or nil for one that cannot be read.
    static func make(_ random: inout Numbers, clinic: String, payer: String) -> JSONValue? {
        if random.below(60) == 0 { return nil }
        var json: JSONObject = [
            "resourceType": "Consent", "id": "c", "scope": scope(&random),
            "patient": ["reference": "Patient/m"], "performer": [["reference": "Patient/m"]],
            "sourceReference": ["reference": "DocumentReference/d"],
        ]
        let statuses = ["active", "inactive", "entered-in-error", "draft", "rejected", "proposed"]
        json["status"] = .string(random.below(3) > 0 ? "active" : statuses[random.below(statuses.count)])
        let given = ["2026-02-01", "2026-03-01", "2026-03-02", "2026-06-01", "2026-07-01", "nonsense"]
        if random.below(6) > 0 { json["dateTime"] = .string(given[random.below(6)]) }
        if random.below(6) > 0 {
            // At a time when it is the same day everywhere, so that days can be compared.
            json["meta"] = ["lastUpdated": .string(given[random.below(5)] + "T08:00:00Z")]
        }
        let isProvider = random.below(5) == 0
        var categories = [concept(hl7 + "v3-ActCode", random.below(15) == 0 ? "RESEARCH" : "IDSCL")]
        if isProvider {
            categories.append(
                concept("http://hl7.org/fhir/us/davinci-pdex/CodeSystem/pdex-consent-api-purpose", "provider-access"))
        } else {
            let page = "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#"
            let policy = ["regular", "regular", "sensitive", "other"][random.below(4)]
            json["policy"] = [["uri": .string(page + policy)]]
        }
        json["category"] = .array(categories)
        if random.below(15) == 0 { json["performer"] = nil }
        if random.below(40) == 0 { json["performer"] = [["reference": "Patient/m"], ["reference": "RelatedPerson/r"]] }
        if random.below(15) == 0 { json["sourceReference"] = nil }
        if random.below(25) == 0 { json["modifierExtension"] = [["url": "urn:not"]] }
        if random.below(40) == 0 { json["implicitRules"] = "urn:rules" }
        if random.below(30) == 0 {
            json["policyRule"] = concept(hl7 + "v3-ActCode", random.below(4) == 0 ? "OPTIN" : "OPTOUT")
        }
        json["provision"] = provision(&random, clinic, payer)
        return .object(json)
    }

    private static func provision(_ random: inout Numbers, _ clinic: String, _ payer: String) -> JSONValue {
        var provision: JSONObject = [
            "action": [concept(hl7 + "consentaction", random.below(15) == 0 ? "collect" : "disclose")]
        ]
        provision["type"] = random.below(20) == 0 ? nil : .string(random.below(7) == 0 ? "deny" : "permit")
        let days = ["2025-01-01", "2026-01-01", "2026-12-31", "2026-07-01", "2026-05-30", "nonsense"]
        var period = JSONObject()
        if random.below(12) > 0 { period["start"] = .string(random.below(3) > 0 ? days[1] : days[random.below(6)]) }
        if random.below(8) > 0 { period["end"] = .string(random.below(3) > 0 ? days[2] : days[random.below(6)]) }
        if random.below(20) > 0 { provision["period"] = .object(period) }
        let other = "1679576722"
        provision["actor"] = [
            actor(
                hl7 + "provenance-participant-type", "performer", random.below(12) == 0 ? other : clinic, &random),
            actor(hl7 + "v3-ParticipationType", "IRCP", random.below(12) == 0 ? other : payer, &random),
        ]
        for (name, condition) in conditions where random.below(120) == 0 { provision[name] = condition }
        return .object(provision)
    }

    /// What narrows a provision in ways that HRex does not define.
    private static let conditions: [(String, JSONValue)] = [
        ("purpose", [["system": .string(hl7 + "v3-ActReason"), "code": "TREAT"]]),
        ("securityLabel", [["system": .string(hl7 + "v3-Confidentiality"), "code": "N"]]),
        ("dataPeriod", ["start": "2026-01-01"]),
        ("class", [["system": "http://hl7.org/fhir/resource-types", "code": "Encounter"]]),
        ("code", [concept("http://snomed.info/sct", "195662009")]),
        ("data", [["meaning": "instance", "reference": ["reference": "Encounter/e"]]]),
        ("provision", [["type": "deny", "class": [["code": "Observation"]]]]),
        ("provision", [["type": "permit"]]),
    ]

    /// Mostly privacy; sometimes something else, or a system that only resembles the right one.
    private static func scope(_ random: inout Numbers) -> JSONValue {
        switch random.below(60) {
        case 0: concept(hl7 + "consentscope", "research")
        case 1: concept("http://example.org/consentscope", "patient-privacy")
        case 2: ["text": "patient-privacy"]
        default: concept(hl7 + "consentscope", "patient-privacy")
        }
    }

    private static func actor(
        _ system: String, _ role: String, _ npi: String, _ random: inout Numbers
    ) -> JSONValue {
        let identifiers = random.below(25) == 0 ? "urn:other" : "http://hl7.org/fhir/sid/us-npi"
        return [
            "role": concept(system, role),
            "reference": ["identifier": ["system": .string(identifiers), "value": .string(npi)]],
        ]
    }

    private static func concept(_ system: String, _ code: String) -> JSONValue {
        ["coding": [["system": .string(system), "code": .string(code)]]]
    }
}
