/// A clinic or a payer as `pdex.yaml` describes it: who it is and where its FHIR server is.
public struct Party: Sendable, Hashable {
    /// The configured name, such as `clinic0`.
    public let name: String
    /// The FHIR base URL, without a trailing slash.
    public let base: String
    /// The organization's NPI (`http://hl7.org/fhir/sid/us-npi`).
    public let npi: String
    /// The organization's name.
    public let organization: String
    /// The identifier system under which this party's resource ids travel (PB-08).
    public let identifierSystem: String

    /// Describes a party.
    public init(name: String, base: String, npi: String, organization: String, identifierSystem: String) {
        self.name = name
        self.base = base
        self.npi = npi
        self.organization = organization
        self.identifierSystem = identifierSystem
    }
}
