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

    /// The 32 bytes of HMAC-SHA-256 (RFC 2104) of `message` under `key`.
    public func hmac(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        let block = 64
        var padded = key.count > block ? sha256(key) : key
        padded += [UInt8](repeating: 0, count: block - padded.count)
        let inner = sha256(padded.map { $0 ^ 0x36 } + message)
        return sha256(padded.map { $0 ^ 0x5c } + inner)
    }
}
