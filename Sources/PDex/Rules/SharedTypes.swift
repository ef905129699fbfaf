/// Resource types that belong to no single patient: shared by many members' visits.
public enum SharedTypes {
    /// Practitioners, organizations, places and what they are made of.
    private static let all: Set<String> = [
        "Endpoint", "HealthcareService", "Location", "Medication", "Organization", "Practitioner",
        "PractitionerRole", "Substance",
    ]

    /// Those that visits refer to and that are pulled with them, whether a job names them or not (RD-14).
    public static let surrounding = ["Location", "Medication", "Organization", "Practitioner", "PractitionerRole"]

    /// Whether resources of `type` travel with what refers to them, or tell of it, whatever a payer's list names.
    public static func goesAlong(_ type: String) -> Bool {
        surrounding.contains(type) || type == "Provenance"
    }

    /// Types that are neither a patient's nor shared between visits: they say who belongs together, or what went wrong.
    private static let administrative: Set<String> = ["Group", "List", "OperationOutcome"]

    /// All types of which a resource may name no patient and still be accounted for.
    public static let withoutPatient = all.union(administrative).union(["Patient"]).sorted()

    /// Whether resources of `type` are outside every patient's compartment.
    public static func contains(_ type: String) -> Bool {
        all.contains(type)
    }
}

extension ExchangeTerms.Selection {
    /// The types of the job, those that surround them, who wrote them (PV-03), and who objects to their disclosure
    /// (CO-01): what is exported, and what the token must allow.
    public var pulledTypes: [String] {
        sentTypes() + (types.contains("Consent") ? [] : ["Consent"])
    }

    /// The same without what stays in any case, and without the types that a payer may not have (CO-08): what its token
    /// must allow. nil allows all types.
    public func sentTypes(allowed: Set<String>? = nil) -> [String] {
        let types = selectedTypes(allowed: allowed)
        return types + (SharedTypes.surrounding + ["Provenance"]).filter { !types.contains($0) }
    }

    /// The types of the job that a payer may have; nil allows all of them, and the Patient is always allowed.
    public func selectedTypes(allowed: Set<String>?) -> [String] {
        types.filter { $0 == "Patient" || allowed?.contains($0) ?? true }
    }
}
