import FHIRClient
import PDex

/// What clinics and payers have in common in `pdex.yaml`.
struct ServerSettings: Sendable, Hashable {
    /// The configured name, such as `clinic0`.
    let name: String
    /// The FHIR base URL, without a trailing slash.
    var base: String
    /// How we are known there; nil for a payer with which nothing is exchanged but files.
    let client: ClientSettings?
    /// The organization's NPI.
    let npi: String
    /// The organization's name.
    let organization: String
    /// The identifier system under which this party's resource ids travel.
    let identifierSystem: String
    /// How scopes are written; nil asks the server.
    let scopes: ScopeForm?
    /// Scopes to ask for beside those that the jobs need, as they are written.
    let extraScopes: [String]
    /// The token endpoint, when it is on another origin than the FHIR server.
    let tokenEndpoint: String?
    /// What `aud` says, when the server wants anything but the token endpoint.
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
