import FHIR

/// Keys as JSON (RFC 7517): read from files and registrations, published without private members.
enum JWK {
    /// The public key to publish: exactly `kty`, `use`, `alg`, `kid`, and `n`, `e` or `crv`, `x`, `y`.
    static func publicKey(_ key: OpenSSLKey, kid: String) -> JSONValue {
        var json: JSONObject = ["kty": .string(key.algorithm == .rs384 ? "RSA" : "EC")]
        json["use"] = "sig"
        json["alg"] = .string(key.algorithm.rawValue)
        json["kid"] = .string(kid)
        if let point = key.point(), key.algorithm == .es384 {
            json["crv"] = "P-384"
            json["x"] = .string(Base64URL.encode(point.x))
            json["y"] = .string(Base64URL.encode(point.y))
        } else {
            json["n"] = .string(Base64URL.encode(key.rsaNumber("n")))
            json["e"] = .string(Base64URL.encode(key.rsaNumber("e")))
        }
        return .object(json)
    }

    /// Reads a key, with its private members if `isPrivate`. Nil when anything is wrong.
    static func key(_ json: JSONValue, isPrivate: Bool) -> OpenSSLKey? {
        func number(_ name: String) -> [UInt8]? { json[name]?.string.flatMap { Base64URL.decode($0) } }
        switch (json["kty"]?.string, json["crv"]?.string) {
        case ("RSA", nil):
            let names = isPrivate ? ["n", "e", "d", "p", "q", "dp", "dq", "qi"] : ["n", "e"]
            let numbers = names.compactMap(number)
            return numbers.count == names.count ? OpenSSLKey(rsa: numbers) : nil
        case ("EC", "P-384"):
            guard let x = number("x"), let y = number("y") else { return nil }
            guard isPrivate else { return OpenSSLKey(x: x, y: y, d: nil) }
            guard let d = number("d") else { return nil }
            return OpenSSLKey(x: x, y: y, d: d)
        default:
            return nil
        }
    }
}
