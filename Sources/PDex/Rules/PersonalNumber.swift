public import FHIR

/// Numbers that prove somebody's legal identity: no payer needs them, so they stay at the clinic (CO-08, minimum
/// necessary).
extension Identifier {
    private static let personalSystems: Set<String> = [
        "http://hl7.org/fhir/sid/us-ssn", "urn:oid:2.16.840.1.113883.4.1",
    ]
    private static let personalTypes: Set<String> = ["SS", "DL", "PPN"]

    /// Whether it is a social security, driver's licence or passport number.
    public var isPersonalNumber: Bool {
        if typeCodes.contains(where: { $0.code.map(Self.personalTypes.contains) ?? false }) { return true }
        guard var system = system?.lowercased() else { return false }
        while system.hasSuffix("/") { system.removeLast() }
        return Self.personalSystems.contains(system)
    }
}
