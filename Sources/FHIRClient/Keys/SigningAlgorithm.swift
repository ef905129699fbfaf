/// How a JWS is signed: the two algorithms that every SMART client supports (SMART App Launch, asymmetric keys).
public enum SigningAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    case rs384 = "RS384"
    /// ECDSA on P-384 with SHA-384.
    case es384 = "ES384"
}
