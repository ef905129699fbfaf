public import FHIR

/// Holds private keys and signs with them; a private key never leaves it.
public protocol KeyProvider: Sendable {
    /// The keys held, in the order of their names. Throws ``PDex/Fault``.
    func keys() async throws -> [SigningKey]
    /// The JWS signature of `message` by the key `kid`: RS384, or ES384 as r‖s of 96 bytes (RFC 7518 §3.4).
    func sign(_ message: [UInt8], kid: String) async throws -> [UInt8]
    /// The public keys as a JWK Set to register or to publish; never a private member.
    func publicJWKS() -> JSONValue
}
