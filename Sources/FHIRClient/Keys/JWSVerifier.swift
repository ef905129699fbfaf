public import FHIR

/// Checks compact JWS against a JWK Set, for the receiving side.
///
/// A key verifies exactly one algorithm, the one that its kind implies (RFC 8725 §3.1), and is found by `kid` in the
/// set given; `jku`, `x5u`, `x5c` and `jwk` in the header are never looked at, `crit` is refused.
public struct JWSVerifier: Sendable {
    /// Why a JWS is refused; quotes none of it.
    public enum Refusal: String, Error, Sendable, CaseIterable {
        case malformed = "it is not three base64url parts with JSON objects in the first two"
        case algorithm = "its algorithm is not the key's"
        case unknownKey = "its kid is in no key of the set"
        case critical = "it asks for extensions with crit"
        case signature = "its signature does not verify"
    }

    /// A JWS with a valid signature; whether its claims are acceptable is for the caller to decide.
    public struct Verified: Sendable, Hashable {
        /// The protected header.
        public let header: JSONValue
        /// The claims.
        public let claims: JSONValue
    }

    private let keys: [String: OpenSSLKey]

    /// Takes the keys of a set that can verify; others, and those without a `kid`, are left out.
    public init(jwks: JSONValue) {
        var keys: [String: OpenSSLKey] = [:]
        for json in jwks["keys"]?.elements ?? [] {
            guard let kid = json["kid"]?.string, let key = JWK.key(json, isPrivate: false) else { continue }
            guard json["alg"]?.string.map({ $0 == key.algorithm.rawValue }) ?? true,
                json["use"]?.string.map({ $0 == "sig" }) ?? true, keys[kid] == nil
            else { continue }
            keys[kid] = key
        }
        self.keys = keys
    }

    /// Checks the signature of `compact` and returns its header and its claims.
    public func verify(_ compact: String) throws(Refusal) -> Verified {
        guard compact.utf8.count <= 16 << 10 else { throw .malformed }
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Base64URL.decode(parts[2]) else { throw .malformed }
        let header = try Self.object(parts[0])
        let claims = try Self.object(parts[1])
        guard header["crit"] == nil else { throw .critical }
        guard let kid = header["kid"]?.string, let key = keys[kid] else { throw .unknownKey }
        guard header["alg"]?.string == key.algorithm.rawValue else { throw .algorithm }
        let message = [UInt8]((parts[0] + "." + parts[1]).utf8)
        guard key.verifies(signature, of: message) else { throw .signature }
        return Verified(header: header, claims: claims)
    }

    private static func object(_ part: Substring) throws(Refusal) -> JSONValue {
        guard let bytes = Base64URL.decode(part), let json = try? JSONParser.parse(bytes), json.object != nil else {
            throw .malformed
        }
        return json
    }
}
