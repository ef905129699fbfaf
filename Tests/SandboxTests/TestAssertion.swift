import FHIR
import FHIRClient
import Serving

@testable import Sandbox

/// A client assertion that a test can spoil before it is signed.
struct TestAssertion: Sendable {
    var header: JSONObject
    var claims: JSONObject
    /// Which key signs, whatever the header says.
    var signer = "es"
    /// Whether a byte of the signature is changed.
    var isForged = false

    init(client: String, audience: String, now: Instant, jti: String) {
        header = ["alg": "ES384", "kid": "es", "typ": "JWT"]
        claims = [
            "iss": .string(client), "sub": .string(client), "aud": .string(audience), "jti": .string(jti),
            "exp": .number(JSONNumber(Int(now.seconds) + 240)),
        ]
    }

    func signed() async throws -> String {
        let parts = [header, claims].map { Base64URL.encode(JSONValue.object($0).serialized()) }
        let message = parts.joined(separator: ".")
        var signature = try await TestKeys.shared.get().folder.sign(Array(message.utf8), kid: signer)
        if isForged { signature[10] ^= 1 }
        return message + "." + Base64URL.encode(signature)
    }
}
