public import PDex

/// A client that may use the API: its name, the SHA-256 of its token, which only the holder has, and its scope.
public struct APIToken: Sendable, Hashable {
    /// The holder's name in the audit trail.
    public let name: String
    /// SHA-256 of the token's characters.
    public let digest: [UInt8]
    /// The payers for which the holder may ask; it learns nothing of others.
    public let payers: Set<String>
    /// Whether the holder may watch the service; its numbers name every server.
    public let mayWatch: Bool

    /// Pairs a name and a scope with a digest of 32 bytes.
    public init(name: String, digest: [UInt8], payers: Set<String>, mayWatch: Bool = false) {
        self.name = name
        self.digest = digest
        self.payers = payers
        self.mayWatch = mayWatch
    }
}

/// The tokens of everybody who may use the API.
public struct APITokens: Sendable {
    private let tokens: [APIToken]
    private let digests: Digests

    /// Accepts `tokens`; `digests` provides SHA-256.
    public init(_ tokens: [APIToken], digests: Digests) {
        self.tokens = tokens
        self.digests = digests
    }

    /// The holder of `token`; nil if unknown. Compares every digest, and each in full, so that timing reveals nothing.
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
