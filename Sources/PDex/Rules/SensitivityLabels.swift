/// What the labels mean, whatever `mappings/sensitivity` says (CO-05 … CO-07).
///
/// A restricting code counts in any system and in either case, because a label in the wrong system is still a warning.
/// Harmless labels are listed by system and code; every other label withholds, because nobody knows what it forbids.
enum SensitivityLabels {
    /// Released by an HRex Consent `#sensitive`: confidentiality above normal, HL7 v3's value set
    /// InformationSensitivityPolicy except psychotherapy notes, and codes that its later editions add.
    static let sensitive: Set<String> = [
        "R", "V", "ADOL", "B", "BH", "CEL", "COGN", "DEMO", "DIA", "DOB", "DRGIS", "DVD", "EMOTDIS", "EMP", "EMPL",
        "ETH",
        "ETHUD", "GDIS", "GENDER", "HIV", "LIVARG", "LOCIS", "MARST", "MH", "MST", "OPIOIDUD", "PDS", "PHY", "PRS",
        "PSY",
        "RACE", "REL", "SCA", "SDV", "SEX", "SEXSTI", "SICKLE", "SPI", "SSP", "STD", "SUD", "SUDINFO", "TBOO", "VIO",
    ]
    /// Released by nothing: programme records of 42 CFR Part 2 and psychotherapy notes need an authorization of their
    /// own (45 CFR 164.508(a)(2)), care paid in full stays by 45 CFR 164.522(a)(1)(vi), and the codes of HL7 v3's
    /// RefrainPolicy are prohibitions in themselves.
    static let restricted: Set<String> = [
        "42CFRPART2", "PSYTHPN", "HIPAASELFPAY", "HIPAA-SELF-PAY", "NOAUTH", "NOCOLLECT", "NODSCLCD", "NODSCLCDS",
        "NOINTEGRATE", "NOLIST", "NOMOU", "NOORGPOL", "NOPAT", "NOPERSISTP", "NORDSCLCD", "NORDSCLCDS", "NORDSCLW",
        "NORELINK", "NOREUSE", "NOVIP", "ORCON",
    ]
    /// Labels that withhold nothing, by system: confidentiality of normal or less, and data made up for tests.
    static let harmless: [String: Set<String>] = [
        "http://terminology.hl7.org/CodeSystem/v3-Confidentiality": ordinary,
        "http://hl7.org/fhir/v3/Confidentiality": ordinary,
        "urn:oid:2.16.840.1.113883.5.25": ordinary,
        "http://terminology.hl7.org/CodeSystem/v3-ActReason": ["HTEST"],
    ]
    private static let ordinary: Set<String> = ["U", "L", "M", "N"]

    /// The label as a decision's record may name it; an unknown code may hold anybody's words.
    static func words(_ code: String) -> String {
        let word = code.uppercased()
        if restricted.contains(word) || sensitive.contains(word) { return "label " + word }
        return code.isEmpty ? "label without a code" : "label that is not known"
    }

    /// What releases a resource with that label; nil when it withholds nothing. A label known only from one of the
    /// clinic's lists is left to that list.
    static func release(_ system: String, _ code: String, isListed: Bool) -> SensitivityCategory.Release? {
        let word = code.uppercased()
        if restricted.contains(word) { return .nothing }
        if sensitive.contains(word) { return .sensitiveConsent }
        if isListed || harmless[system]?.contains(word) == true { return nil }
        return .nothing
    }
}
