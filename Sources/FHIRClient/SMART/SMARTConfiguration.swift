import FHIR
import PDex

/// The parts of a server's `.well-known/smart-configuration` that Backend Services needs.
struct SMARTConfiguration: Sendable {
    /// The token endpoint; vetted.
    let tokenEndpoint: OutboundURL
    /// How to write scopes.
    let scopeForm: ScopeForm
    /// The algorithms that the server verifies; nil when it does not say.
    let algorithms: [SigningAlgorithm]?
    /// How far the server's clock is ahead of ours, in milliseconds.
    var skew: Int64
    /// When this was read.
    let fetched: Instant
    /// How long it is used, in milliseconds.
    let life: Int64

    /// Reads the document and vets its URLs. Throws `auth.discovery`, `auth.method-unsupported`, `remote.policy`.
    init(
        _ json: JSONValue, of connection: ServerConnection, _ registration: ServerConnection.BackendServices,
        policy: OutboundPolicy, skew: Int64, now: Instant, life: Int64
    ) throws(Fault) {
        func strings(_ key: String) -> [String]? { json[key]?.array?.compactMap(\.string) }
        guard let endpoint = json["token_endpoint"]?.string, !endpoint.isEmpty,
            let capabilities = strings("capabilities"), let grants = strings("grant_types_supported")
        else {
            throw Self.fault(connection, "lacks token_endpoint, capabilities or grant_types_supported")
        }
        guard grants.contains("client_credentials") else {
            throw Self.unsupported(connection, "the grant client_credentials")
        }
        // No key is used with a server that does not say it accepts keys (SBS-04).
        let methods = strings("token_endpoint_auth_methods_supported")
        guard capabilities.contains("client-confidential-asymmetric"), methods?.contains("private_key_jwt") ?? true
        else {
            throw Self.unsupported(connection, "client-confidential-asymmetric with private_key_jwt")
        }
        // Who shows a certificate asks where the server looks at it (RFC 8705 §5).
        let alias = connection.showsCertificate ? json["mtls_endpoint_aliases"]?["token_endpoint"]?.string : nil
        tokenEndpoint = try Self.endpoint(endpoint, alias: alias, connection, registration, policy)
        // A server that advertises neither form dates from when there was only one (SBS-41).
        scopeForm = registration.scopeForm ?? (capabilities.contains("permission-v2") ? .v2 : .v1)
        algorithms = strings("token_endpoint_auth_signing_alg_values_supported")?
            .compactMap(SigningAlgorithm.init(rawValue:))
        self.skew = skew
        fetched = now
        self.life = life
    }

    /// The endpoint to post to: the pinned one, which the document must confirm, or one on the server's own origin; of
    /// two, the `alias` for who shows a certificate.
    ///
    /// Otherwise a document could have us sign an assertion that another authorization server accepts (RFC 7523bis).
    private static func endpoint(
        _ text: String, alias: String?, _ connection: ServerConnection,
        _ registration: ServerConnection.BackendServices, _ policy: OutboundPolicy
    ) throws(Fault) -> OutboundURL {
        let named = [alias ?? "", text].filter { !$0.isEmpty }.map { absolute($0, base: policy.base) }
        guard let pinned = registration.tokenURL else {
            let (first, key) = (named.first ?? "", named.count > 1 ? "mtls_endpoint_aliases" : "token_endpoint")
            return try policy.vet(first, from: "the SMART configuration (\(key))", with: .token)
        }
        guard named.contains(pinned) else {
            throw fault(connection, "names another token endpoint than the configuration")
        }
        let ours = try OutboundPolicy(base: pinned, allowsPrivateNetwork: connection.allowsPrivateNetwork)
        return try ours.vet(pinned, from: "the configuration (token URL)", with: .token)
    }

    /// Resolves relative URLs, which non-conformant servers write, against the FHIR base (SBS-03).
    private static func absolute(_ text: String, base: OutboundURL) -> String {
        if text.contains("://") { return text }
        return text.hasPrefix("/") ? base.origin + text : base.text + "/" + text
    }

    private static func fault(_ connection: ServerConnection, _ what: String) -> Fault {
        Fault(
            .authDiscovery, .halt, "The SMART configuration of \(connection.name) \(what).",
            hint: "Run  pdex auth test \(connection.name)  and compare with what the server's owner registered.")
    }

    private static func unsupported(_ connection: ServerConnection, _ what: String) -> Fault {
        Fault(
            .authMethod, .halt, "\(connection.name) does not offer \(what).",
            hint: "SMART Backend Services needs it: ask the server's owner to turn it on.")
    }
}
