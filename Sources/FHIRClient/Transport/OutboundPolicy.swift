public import PDex

/// Which URLs may be requested on behalf of one server, and which of them may get its token.
///
/// Every URL is checked here: those of the configuration, and those that a server gives us in links, manifests and
/// discovery documents (architecture invariant 11; SMART Backend Services step 4).
public struct OutboundPolicy: Sendable {
    /// What goes along with a request.
    public enum Credential: Sendable, Hashable {
        /// A token or an assertion: only to the server's own origin, or one that the configuration names.
        case token
        /// Nothing: origins of bulk files are allowed, too.
        case none
    }

    /// The configured base, without a trailing slash.
    public let base: OutboundURL
    private let tokenOrigins: Set<String>
    private let openOrigins: Set<String>
    private let reach: NetworkReach

    /// Allows `base`, other origins that may get the token, and origins of files that are read without one.
    ///
    /// Private addresses are allowed if `base` has one, or with `allowsPrivateNetwork`. Throws `config.invalid`.
    public init(
        base: String, tokenOrigins: [String] = [], openOrigins: [String] = [], allowsPrivateNetwork: Bool = false
    ) throws(Fault) {
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        let reach = try Self.reach(of: trimmed, allowsPrivateNetwork: allowsPrivateNetwork)
        let configured = try Self.configured(trimmed, reach: reach)
        guard !trimmed.contains("?") else {
            throw Self.invalid(configured.origin, "a base URL has no query")
        }
        self.base = configured
        self.reach = reach
        var withToken: Set = [configured.origin]
        for origin in tokenOrigins { withToken.insert(try Self.configured(origin, reach: reach).origin) }
        var open = withToken
        for origin in openOrigins { open.insert(try Self.configured(origin, reach: reach).origin) }
        self.tokenOrigins = withToken
        self.openOrigins = open
    }

    /// Returns an allowed absolute URL unchanged, or throws `remote.policy`.
    ///
    /// `carrier` says where the URL was found, such as "the next link".
    public func vet(_ text: String, from carrier: String, with credential: Credential) throws(Fault) -> OutboundURL {
        let url: OutboundURL
        do {
            url = try OutboundURL(parsing: text, reach: reach)
        } catch {
            throw Self.refused(carrier, error.reason, base: base)
        }
        try Self.check(url, reach: reach, carrier: carrier, base: base)
        let allowed = credential == .token ? tokenOrigins : openOrigins
        guard allowed.contains(url.origin) else {
            throw Self.refused(carrier, "it leads to \(url.origin)", base: base)
        }
        return url
    }

    /// The URL of a path below the base, such as `/metadata` or `/Patient?active=true`, already encoded.
    public func url(_ path: String) throws(Fault) -> OutboundURL {
        try vet(base.text + path, from: "a request path", with: .token)
    }

    private static func reach(of base: String, allowsPrivateNetwork: Bool) throws(Fault) -> NetworkReach {
        let url = try configured(base, reach: .publicNetwork, checksAddress: false)
        if url.isLoopback { return .loopback }
        return allowsPrivateNetwork || url.address?.network == .privateNetwork ? .privateNetwork : .publicNetwork
    }

    private static func configured(
        _ text: String, reach: NetworkReach, checksAddress: Bool = true
    ) throws(Fault) -> OutboundURL {
        let url: OutboundURL
        do {
            url = try OutboundURL(parsing: text, reach: reach)
        } catch {
            throw invalid(nil, error.reason)
        }
        if checksAddress {
            do {
                try check(url, reach: reach, carrier: "the configuration", base: url)
            } catch {
                throw invalid(url.origin, error.message)
            }
        }
        return url
    }

    private static func check(
        _ url: OutboundURL, reach: NetworkReach, carrier: String, base: OutboundURL
    ) throws(Fault) {
        guard url.scheme == .https || url.isLoopback else {
            throw refused(carrier, "http is only for this machine itself", base: base)
        }
        let network = url.isLoopback ? IPAddress.Network.loopback : url.address?.network
        guard network.map(reach.permits) ?? true else {
            throw refused(carrier, "its address is private or reserved", base: base)
        }
    }

    private static func refused(_ carrier: String, _ reason: String, base: OutboundURL) -> Fault {
        Fault(
            .remotePolicy, .halt, "A URL in \(carrier) of \(base.origin) was not followed: \(reason).",
            hint: "When the other origin is trusted, list it in the connection's configuration.")
    }

    private static func invalid(_ origin: String?, _ reason: String) -> Fault {
        Fault(
            .configInvalid, .stop, "The URL \(origin ?? "given") cannot be used: \(reason).",
            hint: "Write an absolute https URL, such as https://fhir.example.org/r4.")
    }
}
