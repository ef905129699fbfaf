/// Resource types that belong to no single patient: shared by many members' visits.
public enum SharedTypes {
    /// Practitioners, organizations, places and medications, and what these consist of.
    private static let all: Set<String> = [
        "Endpoint", "HealthcareService", "Location", "Medication", "Organization", "Practitioner",
        "PractitionerRole", "Substance",
    ]

    /// Shared types that visits refer to; they are pulled with the visits, whether a job names them or not (RD-14).
    public static let surrounding = ["Location", "Medication", "Organization", "Practitioner", "PractitionerRole"]

    /// Whether resources of `type` travel with the resources that they surround, or tell of, whatever a payer's list
    /// names.
    public static func goesAlong(_ type: String) -> Bool {
        surrounding.contains(type) || type == "Provenance"
    }

    /// Types that are neither a patient's nor shared between visits: they say what belongs together, or what went
    /// wrong.
    private static let administrative: Set<String> = ["Group", "List", "OperationOutcome"]

    /// All types whose resources may name no patient and still be accounted for.
    public static let withoutPatient = all.union(administrative).union(["Patient"]).sorted()

    /// Whether resources of `type` are outside every patient's compartment.
    public static func contains(_ type: String) -> Bool {
        all.contains(type)
    }
}

extension ExchangeTerms.Selection {
    /// The job's types, those that surround them, Provenance for who wrote them (PV-03) and Consent for who objects to
    /// their disclosure (CO-01): what is exported, and what the clinic's token must allow.
    public var pulledTypes: [String] {
        sentTypes() + (types.contains("Consent") ? [] : ["Consent"])
    }

    /// The same without Consents pulled only as objections, which are never sent, and without types that the payer may
    /// not have (CO-08): what a payer's token must allow. nil allows all types.
    public func sentTypes(allowed: Set<String>? = nil) -> [String] {
        let types = selectedTypes(allowed: allowed)
        return types + (SharedTypes.surrounding + ["Provenance"]).filter { !types.contains($0) }
    }

    /// The types of the job that a payer may have; nil allows all of them, and the Patient is always allowed.
    public func selectedTypes(allowed: Set<String>?) -> [String] {
        types.filter { $0 == "Patient" || allowed?.contains($0) ?? true }
    }
}
