import FHIR

/// The JWT that proves our identity to a token endpoint (RFC 7523 §3, SMART asymmetric authentication).
struct ClientAssertion {
    /// Four minutes: SMART allows at most five.
    static let lifetime: Int64 = 240

    let clientID: String
    let audience: String
    let key: SigningKey
    /// By the server's clock.
    let issued: Instant
    /// Never used twice, not even for a retry.
    let nonce: String

    /// The signed assertion in compact form.
    func signed(by keys: any KeyProvider) async throws -> String {
        let header: JSONValue = [
            "alg": .string(key.algorithm.rawValue), "kid": .string(key.kid), "typ": "JWT",
        ]
        let seconds = Int(issued.seconds)
        let claims: JSONValue = [
            "iss": .string(clientID), "sub": .string(clientID), "aud": .string(audience),
            "iat": .number(JSONNumber(seconds)), "exp": .number(JSONNumber(seconds + Int(Self.lifetime))),
            "jti": .string(nonce),
        ]
        let message = Base64URL.encode(header.serialized()) + "." + Base64URL.encode(claims.serialized())
        let signature = try await keys.sign([UInt8](message.utf8), kid: key.kid)
        return message + "." + Base64URL.encode(signature)
    }
}
