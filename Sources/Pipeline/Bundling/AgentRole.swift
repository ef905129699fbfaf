/// The role of an agent in what is sent; each code has its own system (PV-04, PV-05, PV-06).
enum AgentRole: String {
    case author
    case transmitter
    /// Keeps what was written by an author who cannot be named.
    case custodian
    /// From PDex 2.2.0 on.
    case source

    /// The code system.
    var system: String {
        switch self {
        case .author, .custodian: "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
        case .transmitter: "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type"
        case .source: "http://hl7.org/fhir/us/davinci-pdex/CodeSystem/ProvenanceAgentRoleType"
        }
    }
}
