import FHIR
import Testing

@testable import FHIRClient

/// What arrives as a JWS is refused unless everything about it is right (RFC 8725; reliability T8).
@Suite("JWS verifier")
struct JWSVerifierTests {
    private let claims = Base64URL.encode([UInt8](#"{"iss":"c"}"#.utf8))

    @Test(
        "a header that asks for anything but the key's own algorithm is refused",
        arguments: [
            #"{"alg":"none","kid":"elliptic"}"#, #"{"alg":"HS384","kid":"rsa"}"#, #"{"alg":"RS384","kid":"elliptic"}"#,
            #"{"alg":"ES384","kid":"rsa"}"#, #"{"alg":"ES256","kid":"elliptic"}"#, #"{"alg":"es384","kid":"elliptic"}"#,
            #"{"alg":["ES384"],"kid":"elliptic"}"#, #"{"kid":"elliptic"}"#, #"{"alg":"ES384"}"#,
            #"{"alg":"ES384","kid":"../elliptic"}"#, #"{"alg":"ES384","kid":"' OR 1=1"}"#, #"{"alg":"ES384","kid":7}"#,
            #"{"alg":"ES384","kid":"elliptic","crit":["exp"]}"#, #"{"alg":"ES384","alg":"ES384","kid":"elliptic"}"#,
            #"["ES384"]"#, "", #"{"alg":"ES384","kid":"elliptic"} "# + "x",
        ])
    func refusesHeaders(header: String) async throws {
        let keys = try #require(TestKeys.both)
        let message = Base64URL.encode([UInt8](header.utf8)) + "." + claims
        let signature = try await keys.sign([UInt8](message.utf8), kid: header.contains("rsa") ? "rsa" : "elliptic")

        #expect(throws: JWSVerifier.Refusal.self) {
            try JWSVerifier(jwks: keys.publicJWKS()).verify(message + "." + Base64URL.encode(signature))
        }
    }

    @Test("a changed, short, long, empty or foreign signature is refused", arguments: 0..<7)
    func refusesSignatures(number: Int) async throws {
        let keys = try #require(TestKeys.both)
        let message = Base64URL.encode([UInt8](#"{"alg":"ES384","kid":"elliptic"}"#.utf8)) + "." + claims
        let right = try await keys.sign([UInt8](message.utf8), kid: "elliptic")
        let foreign = try await keys.sign([UInt8](message.utf8), kid: "rsa")
        let zeros = [UInt8](repeating: 0, count: 96)
        let wrong = [
            [right[0] ^ 1] + right.dropFirst(), Array(right.dropLast()), right + [0], [], foreign, zeros,
            Array(right[48...] + right[..<48]),
        ]
        let verifier = JWSVerifier(jwks: keys.publicJWKS())

        #expect(throws: JWSVerifier.Refusal.signature) {
            try verifier.verify(message + "." + Base64URL.encode(wrong[number]))
        }
        #expect(try verifier.verify(message + "." + Base64URL.encode(right)).claims["iss"] == "c")
    }

    @Test(
        "a text that is not three base64url parts is refused",
        arguments: ["", ".", "..", "a.b.c.d", "e30.e30", "e30=.e30.AA", "e30.e30.A"])
    func refusesTexts(text: String) throws {
        let verifier = JWSVerifier(jwks: try #require(TestKeys.both).publicJWKS())

        #expect(throws: JWSVerifier.Refusal.self) { try verifier.verify(text) }
    }

    @Test("claims that were changed under the signature are refused")
    func refusesChangedClaims() async throws {
        let keys = try #require(TestKeys.both)
        let header = Base64URL.encode([UInt8](#"{"alg":"ES384","kid":"elliptic"}"#.utf8))
        let signature = Base64URL.encode(try await keys.sign([UInt8]((header + "." + claims).utf8), kid: "elliptic"))
        let changed = Base64URL.encode([UInt8](#"{"iss":"d"}"#.utf8))

        #expect(throws: JWSVerifier.Refusal.signature) {
            try JWSVerifier(jwks: keys.publicJWKS()).verify("\(header).\(changed).\(signature)")
        }
    }

    @Test("base64url is read back as it was written, and only in its canonical form")
    func codesBase64() {
        for count in 0..<70 {
            let bytes = RandomBytes.bytes(count)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        #expect(["AB", "A", "A=", "A+", "A/", "AAAAA"].allSatisfy { Base64URL.decode($0) == nil })
    }

    @Test("the digest of nothing is the known one")
    func hashes() {
        #expect(Base64URL.encode(SHA256.hash([])) == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")
    }
}
