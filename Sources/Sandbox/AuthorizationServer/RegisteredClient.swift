import FHIR
import FHIRClient

/// A client of an authorization server: its name, its public keys and what it may ask for.
struct RegisteredClient: Sendable {
    let id: String
    let allowed: [SystemScope]
    /// The scopes of operations that it may request, as they are written.
    let operations: Set<String>
    private let verifier: JWSVerifier

    /// Registers a client by its JWK Set; `scopes` are separated by spaces.
    init(id: String, jwks: JSONValue, scopes: String) {
        self.id = id
        allowed = scopes.split(separator: " ").compactMap { SystemScope(String($0)) }
        operations = Set(scopes.split(separator: " ").map(String.init)).intersection(Self.knownOperations)
        verifier = JWSVerifier(jwks: jwks)
    }

    /// The scope of Bulk Data Access 4.0.0-ballot.
    static let bulkSubmit = "system/bulk-submit"
    private static let knownOperations: Set = [bulkSubmit]

    /// Checks an assertion's signature and everything that needs no memory (SMART App Launch 2.2.0, asymmetric
    /// authentication); returns its `jti` and `exp`. Throws `invalid_client`.
    func authenticate(
        _ assertion: String, audience: String, at now: Instant
    ) throws(TokenError) -> (jti: String, expires: Instant) {
        let jws: JWSVerifier.Verified
        do {
            jws = try verifier.verify(assertion)
        } catch {
            throw TokenError(.invalidClient, "the assertion is refused: \(error.rawValue)")
        }
        try Self.require(jws.header["typ"]?.string == "JWT", "the assertion's typ is not JWT")
        try Self.require(jws.header["jku"] == nil, "this client is registered without a jku")
        try Self.require(jws.claims["iss"]?.string == id, "iss is not the registered client")
        try Self.require(jws.claims["sub"]?.string == id, "sub is not the registered client")
        try Self.require(jws.claims["aud"]?.string == audience, "aud is not the token URL")
        guard let seconds = jws.claims["exp"]?.number?.int else { throw TokenError(.invalidClient, "exp is missing") }
        let expires = Instant(seconds: Int64(seconds))
        try Self.require(expires > now, "the assertion has expired")
        try Self.require(expires <= now.adding(milliseconds: 300_000), "exp is more than five minutes ahead")
        if let notBefore = jws.claims["nbf"]?.number?.int {
            try Self.require(Instant(seconds: Int64(notBefore)) <= now, "nbf is in the future")
        }
        guard let jti = jws.claims["jti"]?.string, !jti.isEmpty else {
            throw TokenError(.invalidClient, "jti is missing")
        }
        return (jti, expires)
    }

    private static func require(_ isRight: Bool, _ description: String) throws(TokenError) {
        guard isRight else { throw TokenError(.invalidClient, description) }
    }
}
