public import FHIR

/// Which resources are sensitive by their own labels (CO-05): never sent under `#regular`.
public enum SensitivityLabels {
    /// Confidentiality codes above normal.
    private static let confidentiality: Set<String> = ["R", "V"]
    /// ActCode labels for information that law protects further.
    private static let acts: Set<String> = [
        "ETH", "ETHUD", "OPIOIDUD", "SUD", "SUDINFO", "PSY", "PSYTHPN", "BH", "MH", "HIV", "STD", "SDV", "SEX",
        "SEXSTI", "GDIS", "42CFRPart2", "VIO", "DVD",
    ]

    /// Whether labels mark a resource as sensitive: its `meta.security`, the `securityLabel` that a DocumentReference
    /// has of its document, or those of what it contains.
    public static func areSensitive(_ resource: Resource) -> Bool {
        codes(resource).contains { confidentiality.contains($0) || acts.contains($0) }
    }

    /// Whether the person paid in full and asked that the plan not be told (45 CFR 164.522(a)(1)(vi), CO-06).
    public static func forbidDisclosureToPlan(_ resource: Resource) -> Bool {
        codes(resource).contains { $0.caseInsensitiveEquals("hipaaselfpay") || $0 == "hipaa-self-pay" }
    }

    private static func codes(_ resource: Resource) -> [String] {
        ([.object(resource.json)] + (resource["contained"]?.elements ?? [])).flatMap { item -> [JSONValue] in
            let document = (item["securityLabel"]?.elements ?? []).flatMap { $0["coding"]?.elements ?? [] }
            return (item["meta"]?["security"]?.elements ?? []) + document
        }
        .compactMap { $0["code"]?.string }
    }
}

extension String {
    fileprivate func caseInsensitiveEquals(_ other: String) -> Bool {
        lowercased() == other.lowercased()
    }
}
