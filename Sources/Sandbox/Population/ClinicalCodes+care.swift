/// Codes for answers to questions, implants, and people who look after somebody.
extension ClinicalCodes {
    static let smoking: [ClinicalCode] = [
        .snomed("266919005", "Never smoked tobacco"), .snomed("8517006", "Ex-smoker"),
        .snomed("449868002", "Smokes tobacco daily"),
    ]

    /// How often somebody worries about food, and the risk that follows from it.
    static let hunger: [(frequency: ClinicalCode, risk: ClinicalCode)] = [
        (.loinc("LA28398-8", "Never true"), .loinc("LA19983-8", "No risk")),
        (.loinc("LA28398-8", "Never true"), .loinc("LA19983-8", "No risk")),
        (.loinc("LA6729-3", "Sometimes true"), .loinc("LA19952-3", "At risk")),
    ]

    static let implants: [(type: ClinicalCode, maker: String, identifier: String)] = [
        (.snomed("14106009", "Cardiac pacemaker"), "Heartworks", "00888880000019"),
        (.snomed("53350007", "Prosthesis, device"), "Jointworks", "00888880000026"),
    ]

    static let kin: [ClinicalCode] = [
        .hl7("v3-RoleCode", "SPS", "spouse"), .hl7("v3-RoleCode", "CHILD", "child"),
        .hl7("v3-RoleCode", "SIB", "sibling"),
    ]

    static let doctor = ClinicalCode.snomed("446050000", "Primary care physician")
    static let patient = ClinicalCode.snomed("116154003", "Patient")
}
