import FHIRClient
import PDex

/// The settings that clinics and payers have in common in `pdex.yaml`.
struct ServerSettings: Sendable, Hashable {
    /// The configured name, such as `clinic0`.
    let name: String
    /// The FHIR base URL, without a trailing slash.
    var base: String
    /// Our registration there; nil for a payer with which only files are exchanged.
    let client: ClientSettings?
    /// The organization's NPI.
    let npi: String
    /// The organization's name.
    let organization: String
    /// The identifier system under which this party's resource ids travel.
    let identifierSystem: String
    /// The form in which scopes are written; nil asks the server.
    let scopes: ScopeForm?
    /// Scopes to request in addition to those that the jobs need, used verbatim.
    let extraScopes: [String]
    /// The token endpoint, when it is on a different origin from the FHIR server.
    let tokenEndpoint: String?
    /// The `aud` claim, when the server expects something other than the token endpoint.
    let audience: String?
    /// Other origins that may have this server's token.
    let tokenOrigins: [String]
    /// Other origins from which bulk files are read without a token.
    let fileOrigins: [String]
    /// Whether the server is inside the site, on private addresses.
    let isPrivate: Bool
    /// How we reach it.
    let transport: TransportSettings

    /// The server as a party of an exchange.
    var party: Party {
        Party(name: name, base: base, npi: npi, organization: organization, identifierSystem: identifierSystem)
    }
}

/// Our registration at a server.
struct ClientSettings: Sendable, Hashable {
    /// The client id that the server's owner gave us.
    let id: String
    /// The name of the key to sign with.
    let key: String
}
