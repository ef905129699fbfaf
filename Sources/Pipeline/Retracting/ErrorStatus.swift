import FHIR

/// The element in which each type of resource says that it was entered in error (US Core general guidance, RD-18), or
/// that a visit that the payer knows of did not take place.
enum ErrorStatus {
    private static let code = "entered-in-error"
    /// Statuses of a visit that did not take place, or not yet: mappings skip it, and what the payer has of it is
    /// wrong.
    private static let noVisit: Set = ["cancelled", "planned"]

    /// Types whose `status` can say it, each with a neutral value.
    private static let statuses = [
        "CarePlan": "unknown", "CareTeam": "active", "Device": "active", "DiagnosticReport": "final",
        "DocumentReference": "current", "Encounter": "unknown", "Immunization": "completed",
        "MedicationDispense": "unknown", "MedicationRequest": "unknown", "Observation": "unknown",
        "Procedure": "unknown", "QuestionnaireResponse": "completed", "ServiceRequest": "unknown",
        "Specimen": "available",
    ]
    /// Types that say it in `verificationStatus`, and then have no `clinicalStatus` (con-5, ait-2).
    private static let verified = [
        "AllergyIntolerance": "allergyintolerance-verification", "Condition": "condition-ver-status",
    ]

    /// Whether a resource says so about itself.
    static func isSet(in resource: Resource) -> Bool {
        switch resource.type {
        case "Goal": resource["lifecycleStatus"]?.string == code
        case let type where verified[type] != nil:
            resource["verificationStatus"]?["coding"]?.elements.contains { $0["code"]?.string == code } ?? false
        case "Encounter": resource["status"]?.string.map { $0 == code || noVisit.contains($0) } ?? false
        default: resource["status"]?.string == code
        }
    }

    /// The status that a resource gets at the payer: a visit that did not take place keeps its own.
    private static func status(of resource: Resource) -> String {
        guard resource.type == "Encounter", let status = resource["status"]?.string, noVisit.contains(status) else {
            return code
        }
        return status
    }

    /// The resource without that status, as mappings skip what was entered in error; nil when its type cannot say it.
    static func cleared(_ resource: Resource) -> Resource? {
        guard isSet(in: resource) else { return canBeSet(on: resource.type) ? resource : nil }
        var copy = resource
        switch resource.type {
        case "Goal": copy.json["lifecycleStatus"] = "completed"
        case let type where verified[type] != nil: copy.json["verificationStatus"] = nil
        case let type:
            guard let status = statuses[type] else { return nil }
            copy.json["status"] = .string(status)
        }
        return copy
    }

    /// The mapped form of `resource` with the element that says it.
    static func set(on json: JSONObject, of resource: Resource) -> JSONObject {
        let type = resource.type
        var copy = json
        if let system = verified[type] {
            copy["clinicalStatus"] = nil
            copy["verificationStatus"] = [
                "coding": [
                    ["system": .string("http://terminology.hl7.org/CodeSystem/" + system), "code": .string(code)]
                ]
            ]
        } else {
            copy[type == "Goal" ? "lifecycleStatus" : "status"] = .string(status(of: resource))
        }
        return copy
    }

    private static func canBeSet(on type: String) -> Bool {
        type == "Goal" || verified[type] != nil || statuses[type] != nil
    }
}
