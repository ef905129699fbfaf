import COpenSSL

/// SHA-256 (FIPS 180-4) by OpenSSL; `Assembly` hands it to the modules that must not know OpenSSL.
public enum SHA256 {
    /// The 32 bytes of the digest of `bytes`.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            let isDone = copenssl_sha256(bytes.baseAddress, bytes.count, digest.baseAddress) == 1
            precondition(isDone, "OpenSSL cannot compute SHA-256")
            count = 32
        }
    }

    /// The 32 bytes of the digest of `bytes`.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { hash($0) }
    }
}
