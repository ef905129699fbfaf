/// Where a clinic or a payer is, and how we authenticate there: one server's configuration.
public struct ServerConnection: Sendable, Hashable {
    /// Which side of an exchange the server is on.
    public enum Side: String, Sendable, Hashable { case clinic, payer }

    /// How we authenticate.
    public enum Authorization: Sendable, Hashable {
        /// No authentication.
        case none
        /// SMART Backend Services with a key of ours.
        case backendServices(BackendServices)
    }

    /// Our registration at the server's authorization server.
    public struct BackendServices: Sendable, Hashable {
        /// The client id that we were given.
        public var clientID: String
        /// The key to sign with; nil takes the first that the server's algorithms allow.
        public var keyID: String?
        /// The token endpoint, pinned; required when it is not on the FHIR server's own origin.
        public var tokenURL: String?
        /// The value of `aud` when the server does not want the token URL (SBS-25).
        public var audience: String?
        /// How scopes are written; nil follows the server's declared capabilities.
        public var scopeForm: ScopeForm?

        /// Describes a registration.
        public init(
            clientID: String, keyID: String? = nil, tokenURL: String? = nil, audience: String? = nil,
            scopeForm: ScopeForm? = nil
        ) {
            self.clientID = clientID
            self.keyID = keyID
            self.tokenURL = tokenURL
            self.audience = audience
            self.scopeForm = scopeForm
        }
    }

    /// The name in the configuration, such as `clinic0`; used in faults and logs.
    public var name: String
    /// Clinic or payer.
    public var side: Side
    /// The FHIR base URL.
    public var base: String
    /// How we authenticate.
    public var authorization: Authorization
    /// The scopes that we ask for: least privilege, one set for each leg (SBS-43).
    public var scopes: ScopeSet
    /// The scopes to ask for when the server refuses all of them because of a single unknown one (`invalid_scope`):
    /// those that are required. Nil when all are required.
    public var neededScopes: ScopeSet?
    /// Other origins that may have this server's token, such as its bulk file host.
    public var tokenOrigins: [String]
    /// Other origins from which bulk files are read without a token.
    public var openOrigins: [String]
    /// Whether the server is inside the site, on private addresses.
    public var allowsPrivateNetwork: Bool
    /// Whether we have a certificate to show to it (RFC 8705).
    public var showsCertificate = false
    /// The most bytes that one file of an export may have, before and after decoding.
    public var maxFileBytes: Int
    /// The most pages that one search may have.
    public var maxPages = usualMaxPages
    /// The most requests at one time; how many are actually under way depends on how well the server answers.
    public var maxConnections: Int

    /// The most bytes in a page of a search, which is kept in memory: the fewer requests at once, the larger. The
    /// answer to a delivery may be larger: left unread, its outcome would be unknown.
    public var maxPageBytes: Int {
        min(max(Self.pagesBytes / max(maxConnections, 1), Self.leastPageBytes), Self.mostPageBytes)
    }

    /// The most bytes in all pages of one server together.
    private static let pagesBytes = 128 << 20
    private static let leastPageBytes = 8 << 20
    private static let mostPageBytes = 64 << 20

    /// The default limit for one file: 4 GiB.
    public static let usualMaxFileBytes = 4 << 30

    /// The default limit for the pages of one search.
    public static let usualMaxPages = 1_000_000

    /// Describes a server.
    public init(
        name: String, side: Side, base: String, authorization: Authorization = .none, scopes: ScopeSet = ScopeSet(),
        tokenOrigins: [String] = [], openOrigins: [String] = [], allowsPrivateNetwork: Bool = false,
        maxFileBytes: Int = usualMaxFileBytes, maxConnections: Int = 8
    ) {
        self.name = name
        self.side = side
        self.base = base
        self.authorization = authorization
        self.scopes = scopes
        self.tokenOrigins = tokenOrigins
        self.openOrigins = openOrigins
        self.allowsPrivateNetwork = allowsPrivateNetwork
        self.maxFileBytes = maxFileBytes
        self.maxConnections = maxConnections
    }
}
