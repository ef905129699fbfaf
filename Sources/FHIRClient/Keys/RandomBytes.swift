import COpenSSL

/// Random bytes for nonces and keys, from OpenSSL's generator.
public enum RandomBytes {
    /// `count` unpredictable bytes.
    public static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, written in
            let isDone = count <= 0 || copenssl_random(buffer.baseAddress, count) == 1
            // Without randomness, nonces would repeat.
            precondition(isDone, "OpenSSL has no random bytes")
            written = max(count, 0)
        }
    }

    /// `count` unpredictable bytes in lower-case hexadecimal.
    public static func hex(_ count: Int) -> String {
        bytes(count).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }
}
