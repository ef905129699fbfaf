public import FHIR
import Glibc
import PDex

/// The private keys in a folder: one PEM or JWK file per key, whose name without its ending is the `kid`.
///
/// To rotate keys, add a second file: it is published with ``publicJWKS()`` at once, and signs when the configuration
/// names it or when the old file is gone. Files other than `.pem`, `.key`, `.jwk` and `.json` are ignored.
public struct KeyFolder: KeyProvider {
    private let held: [(kid: String, key: OpenSSLKey)]

    /// Reads the folder. Throws `key.missing` when it holds no key, `key.exposed` when a file is readable by others or
    /// the folder writable by them, `key.unusable` for anything but RSA of 2048 bits or more and P-384.
    public init(path: String) throws {
        try PrivateFile.checkFolder(path)
        var held: [(kid: String, key: OpenSSLKey)] = []
        for name in try Self.files(in: path) {
            let (kid, ending) = Self.split(name)
            guard ["pem", "key", "jwk", "json"].contains(ending), !kid.isEmpty, !kid.hasPrefix(".") else { continue }
            try Self.check(kid: kid)
            guard !held.contains(where: { $0.kid == kid }) else {
                throw Fault(
                    .keyUnusable, .stop, "Two key files are called \(kid).",
                    hint: "A kid is unique in a JWK Set: rename or remove one of them.")
            }
            let bytes = try PrivateFile.read(path + "/" + name)
            held.append((kid, try Self.key(bytes, kid: kid, isJWK: ending == "jwk" || ending == "json")))
        }
        guard !held.isEmpty else {
            throw Fault(
                .keyMissing, .stop, "The key folder holds no key.", hint: "Make one with  pdex keys new.")
        }
        self.held = held
    }

    /// The keys held, in the order of their names.
    public func keys() async throws -> [SigningKey] {
        held.map { SigningKey(kid: $0.kid, algorithm: $0.key.algorithm) }
    }

    /// The JWS signature of `message` by the key `kid`. Throws `key.missing`, `key.unusable`.
    public func sign(_ message: [UInt8], kid: String) async throws -> [UInt8] {
        guard let key = held.first(where: { $0.kid == kid })?.key else {
            throw Fault(
                .keyMissing, .stop, "There is no key called \(kid).", hint: "List the keys with  pdex keys list.")
        }
        guard let signature = key.sign(message) else {
            throw Fault(
                .keyUnusable, .stop, "The key \(kid) does not sign.", hint: "Make a new one with  pdex keys new.")
        }
        return signature
    }

    /// The public keys as a JWK Set (RFC 7517 §5): what to register, or to serve with `Cache-Control`.
    public func publicJWKS() -> JSONValue {
        ["keys": .array(held.map { JWK.publicKey($0.key, kid: $0.kid) })]
    }

    /// Refuses names that would not survive a file name, a JWS header or a log line. Throws `key.unusable`.
    static func check(kid: String) throws(Fault) {
        let isPlain = kid.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || "-_.".utf8.contains(byte)
        }
        guard isPlain, 1...64 ~= kid.utf8.count, !kid.hasPrefix(".") else {
            throw Fault(
                .keyUnusable, .stop, "A key's name has to be 1 to 64 letters, digits, dots, dashes and underscores.",
                hint: "Choose a kid such as clinic0-2026.")
        }
    }

    private static func key(_ bytes: [UInt8], kid: String, isJWK: Bool) throws(Fault) -> OpenSSLKey {
        guard isJWK else {
            guard let key = OpenSSLKey(pem: bytes) else { throw unusable(kid) }
            return key
        }
        guard let json = try? JSONParser.parse(bytes), let key = JWK.key(json, isPrivate: true) else {
            throw unusable(kid)
        }
        guard json["kid"]?.string.map({ $0 == kid }) ?? true else {
            throw Fault(
                .keyUnusable, .stop, "The JWK in \(kid) has another kid inside.",
                hint: "Name the file after the kid that is registered.")
        }
        return key
    }

    private static func unusable(_ kid: String) -> Fault {
        Fault(
            .keyUnusable, .stop, "The file of the key \(kid) is no unencrypted RSA (2048 bits or more) or P-384 key.",
            hint: "Use PEM (PKCS#8, PKCS#1 or SEC 1) or a JWK, or make a new one with  pdex keys new.")
    }

    private static func files(in path: String) throws(Fault) -> [String] {
        guard let folder = opendir(path) else {
            throw Fault(
                .keyMissing, .stop, "The key folder cannot be read.", hint: "Check its owner and mode: chmod 0700.")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names.sorted()
    }

    private static func split(_ name: String) -> (kid: String, ending: String) {
        guard let dot = name.lastIndex(of: ".") else { return (name, "") }
        return (String(name[..<dot]), name[name.index(after: dot)...].lowercased())
    }
}
