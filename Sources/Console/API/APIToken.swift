public import PDex

/// Who may use the API, and for what: a name, the SHA-256 of the token, which only its holder has, and its scope.
public struct APIToken: Sendable, Hashable {
    /// The name that the audit trail has.
    public let name: String
    /// SHA-256 of the token's characters.
    public let digest: [UInt8]
    /// The payers for which the holder may ask; of others the holder learns nothing.
    public let payers: Set<String>
    /// Whether the holder may watch the service: its numbers name every server.
    public let mayWatch: Bool

    /// Pairs a name and a scope with a digest of 32 bytes.
    public init(name: String, digest: [UInt8], payers: Set<String>, mayWatch: Bool = false) {
        self.name = name
        self.digest = digest
        self.payers = payers
        self.mayWatch = mayWatch
    }
}

/// Everybody who may use the API.
public struct APITokens: Sendable {
    private let tokens: [APIToken]
    private let digests: Digests

    /// Knows `tokens`; `digests` has SHA-256.
    public init(_ tokens: [APIToken], digests: Digests) {
        self.tokens = tokens
        self.digests = digests
    }

    /// Who sent the token; nil for a stranger. All are compared, and each whole, so that time tells nothing.
    func holder(of token: String) -> APIToken? {
        let digest = digests.sha256([UInt8](token.utf8))
        var found: APIToken?
        for known in tokens where Self.areEqual(known.digest, digest) { found = known }
        return found
    }

    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
