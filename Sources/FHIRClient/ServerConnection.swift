/// Where a clinic or a payer is, and how we are allowed in: what the configuration says of one server.
public struct ServerConnection: Sendable, Hashable {
    /// On which end of an exchange the server is.
    public enum Side: String, Sendable, Hashable { case clinic, payer }

    /// How we are allowed in.
    public enum Authorization: Sendable, Hashable {
        /// Nobody asks.
        case none
        /// SMART Backend Services with a key of ours.
        case backendServices(BackendServices)
    }

    /// Our registration at the server's authorization server.
    public struct BackendServices: Sendable, Hashable {
        /// The client id that they gave us.
        public var clientID: String
        /// The key to sign with; nil takes the first that the server's algorithms allow.
        public var keyID: String?
        /// The token endpoint, pinned; needed when it is not on the FHIR server's own origin.
        public var tokenURL: String?
        /// What `aud` says when the server does not want the token URL (SBS-25).
        public var audience: String?
        /// How scopes are written; nil asks the server's capabilities.
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

    /// The name in the configuration, such as `clinic0`; it stands in faults and logs.
    public var name: String
    /// Clinic or payer.
    public var side: Side
    /// The FHIR base URL.
    public var base: String
    /// How we are allowed in.
    public var authorization: Authorization
    /// What we ask to be allowed: least privilege, one set a leg (SBS-43).
    public var scopes: ScopeSet
    /// What is asked for where the server grants nothing for the sake of one scope that it does not know
    /// (`invalid_scope`): the scopes without those that are good to have and not needed. Nil where all are needed.
    public var neededScopes: ScopeSet?
    /// Other origins that may have this server's token, such as its bulk file host.
    public var tokenOrigins: [String]
    /// Other origins from which bulk files are read without a token.
    public var openOrigins: [String]
    /// Whether the server is inside the site, on private addresses.
    public var allowsPrivateNetwork: Bool
    /// The most bytes that one file of an export may have, before and after decoding.
    public var maxFileBytes: Int
    /// The most pages that one search may have.
    public var maxPages = usualMaxPages
    /// The most requests at one time; how many of them are under way follows how well the server answers.
    public var maxConnections: Int

    /// The most bytes that a page of a search may have, which is kept in memory: the fewer there are at once, the larger
    /// one may be. The answer to a delivery may have more: left unread, nobody would know what came of it.
    public var maxPageBytes: Int {
        min(max(Self.pagesBytes / max(maxConnections, 1), Self.leastPageBytes), Self.mostPageBytes)
    }

    /// What the pages of one server may have together.
    private static let pagesBytes = 128 << 20
    private static let leastPageBytes = 8 << 20
    private static let mostPageBytes = 64 << 20

    /// What one file may have unless said otherwise: 4 GiB.
    public static let usualMaxFileBytes = 4 << 30

    /// How many pages one search may have unless said otherwise.
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
