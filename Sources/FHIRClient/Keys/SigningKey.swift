/// A private key as its users see it: its name and how it signs.
public struct SigningKey: Sendable, Hashable {
    /// The name under which the public key is registered.
    public let kid: String
    /// How it signs.
    public let algorithm: SigningAlgorithm

    /// Describes a key.
    public init(kid: String, algorithm: SigningAlgorithm) {
        self.kid = kid
        self.algorithm = algorithm
    }
}
