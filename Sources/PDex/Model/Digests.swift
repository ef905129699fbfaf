/// SHA-256 and HMAC-SHA-256, handed in as values so that only one module needs a cryptographic library.
public struct Digests: Sendable {
    private let hash: @Sendable (UnsafeRawBufferPointer) -> [UInt8]

    /// Wraps a function that returns the 32 bytes of SHA-256.
    public init(sha256: @escaping @Sendable (UnsafeRawBufferPointer) -> [UInt8]) {
        hash = sha256
    }

    /// The 32 bytes of SHA-256 over `bytes`.
    public func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        hash(bytes)
    }

    /// The 32 bytes of SHA-256 over `bytes`.
    public func sha256(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes(hash)
    }

    /// A key for HMAC-SHA-256 (RFC 2104), padded once for many messages.
    struct Key: Sendable {
        fileprivate let inner: [UInt8]
        fileprivate let outer: [UInt8]
    }

    /// Pads `secret` to the block of SHA-256.
    func key(_ secret: [UInt8]) -> Key {
        let block = 64
        var padded = secret.count > block ? sha256(secret) : secret
        padded += [UInt8](repeating: 0, count: block - padded.count)
        return Key(inner: padded.map { $0 ^ 0x36 }, outer: padded.map { $0 ^ 0x5c })
    }

    /// The 32 bytes of HMAC-SHA-256 (RFC 2104) of what `write` appends.
    func hmac(_ key: Key, of write: (inout [UInt8]) -> Void) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(256)
        message += key.inner
        write(&message)
        return sha256(key.outer + sha256(message))
    }
}
