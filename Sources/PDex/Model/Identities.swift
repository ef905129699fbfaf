/// Derives every identity in an exchange from the source's own id and the deployment's secret.
///
/// Nothing is random, so any step may run twice. Identities are keyed HMACs: an id that travels
/// in a payer's URLs and logs does not reveal the clinic's id or a record number.
public struct Identities: Sendable {
    private let secret: Digests.Key
    private let digests: Digests

    /// Takes the deployment's identity secret (at least 32 bytes, kept beside the private keys).
    public init(secret: [UInt8], digests: Digests) {
        self.secret = digests.key(secret)
        self.digests = digests
    }

    /// The staging key of a resource.
    public func key(source: String, type: String, id: String) -> ResourceKey {
        ResourceKey(bits: bits("key", source, type, id))
    }

    /// The staging key under which a resource of `type` can be found by one of its business identifiers.
    public func identifierKey(source: String, type: String, system: String?, value: String) -> Int64 {
        bits("identifier", source, type, system ?? "", value)
    }

    /// The key of one way to recognise a person of `source` (`member-id`, `subscriber-id`, `demographics`).
    public func linkKey(source: String, by: String, value: String) -> Int64 {
        bits("link", source, by, value)
    }

    /// The id that a resource gets at the payer (HL7 `id`: at most 64 of `[A-Za-z0-9-.]`).
    public func payerID(source: String, type: String, id: String) -> String {
        Self.base32(digest("payer-id", source, type, id))
    }

    /// An identity derived from `parts`, 26 characters of `[a-z2-7]`.
    public func derived(_ parts: String...) -> String {
        String(Self.base32(digest(parts)).prefix(26))
    }

    /// The content hash of `bytes`, 64 bits of SHA-256.
    public func contentHash(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        Self.leadingBits(digests.sha256(bytes))
    }

    /// SHA-256 of `bytes` in hexadecimal.
    public func hexDigest(_ bytes: [UInt8]) -> String {
        digests.sha256(bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func bits(_ parts: String...) -> Int64 {
        Self.leadingBits(digest(parts))
    }

    private func digest(_ parts: String...) -> [UInt8] {
        digest(parts)
    }

    private func digest(_ parts: [String]) -> [UInt8] {
        digests.hmac(secret) { message in
            for part in parts {
                // Length-prefixed, so that ("a", "bc") and ("ab", "c") differ.
                withUnsafeBytes(of: UInt32(truncatingIfNeeded: part.utf8.count).bigEndian) { message += $0 }
                message += part.utf8
            }
        }
    }

    private static func leadingBits(_ digest: [UInt8]) -> Int64 {
        Int64(bitPattern: digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    private static let base32Alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    private static func base32(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count * 8 + 4) / 5)
        var buffer: UInt32 = 0
        var held: UInt32 = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            held += 8
            while held >= 5 {
                held -= 5
                out.append(base32Alphabet[Int(buffer >> held & 31)])
            }
            buffer &= (1 << held) - 1
        }
        if held > 0 { out.append(base32Alphabet[Int(buffer << (5 - held) & 31)]) }
        return String(decoding: out, as: UTF8.self)
    }
}

extension Identities: CustomStringConvertible, CustomReflectable {
    /// Never the secret: a value that is logged or dumped by mistake gives nothing away.
    public var description: String { "Identities(redacted)" }
    /// Nothing to look at.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
