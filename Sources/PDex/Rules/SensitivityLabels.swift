/// The labels that always count, whatever `mappings/sensitivity` says (CO-05 … CO-07): by their code in any system,
/// because a label in the wrong system is still a warning.
enum SensitivityLabels {
    /// Released by an HRex Consent `#sensitive`: confidentiality above normal, and ActCodes of what law protects further.
    static let sensitive: Set<String> = [
        "R", "V", "ETH", "ETHUD", "OPIOIDUD", "SUD", "SUDINFO", "PSY", "BH", "MH", "HIV", "STD", "SDV", "SEX", "SEXSTI",
        "GDIS", "VIO", "DVD",
    ]
    /// Released by nothing: programme records of 42 CFR Part 2 and psychotherapy notes need an authorization of their own
    /// (45 CFR 164.508(a)(2)), and what was paid in full stays by 45 CFR 164.522(a)(1)(vi). Without case.
    static let restricted: Set<String> = ["42CFRPART2", "PSYTHPN", "HIPAASELFPAY", "HIPAA-SELF-PAY"]

    /// What a label with that code says.
    static func release(_ code: String) -> SensitivityCategory.Release? {
        if restricted.contains(code.uppercased()) { return .nothing }
        return sensitive.contains(code) ? .sensitiveConsent : nil
    }
}
