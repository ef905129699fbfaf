import COpenSSL

/// An RSA key of at least 2048 bits or a P-384 key, held by OpenSSL.
final class OpenSSLKey: Sendable {
    // OpenSSL counts references and does not change a key that signs or verifies: threads may share it.
    private nonisolated(unsafe) let key: OpaquePointer
    /// How it signs, which follows from its kind.
    let algorithm: SigningAlgorithm

    /// Takes ownership; nil when there is no key, or when it is too weak or of another kind.
    private init?(taking key: OpaquePointer?) {
        guard let key else { return nil }
        switch copenssl_kind_of(key) {
        case copenssl_kind_rsa where 2048...8192 ~= copenssl_bits(key): algorithm = .rs384
        case copenssl_kind_p384: algorithm = .es384
        default:
            copenssl_free(key)
            return nil
        }
        self.key = key
    }

    deinit { copenssl_free(key) }

    /// A private key in PEM: PKCS#8, PKCS#1 or SEC 1, not encrypted.
    convenience init?(pem: [UInt8]) {
        self.init(taking: copenssl_read_private_pem(pem, pem.count))
    }

    /// A new private key: RSA of 3072 bits, or P-384.
    convenience init?(generating algorithm: SigningAlgorithm) {
        self.init(taking: algorithm == .rs384 ? copenssl_generate_rsa(3072) : copenssl_generate_p384())
    }

    /// A key from the numbers of a JWK: n and e, or those and the six private ones (RFC 7518 §6.3).
    convenience init?(rsa numbers: [[UInt8]]) {
        let joined = Array(numbers.joined())
        let key = joined.withUnsafeBufferPointer { bytes in
            var offset = 0
            let parts = numbers.map { number in
                defer { offset += number.count }
                return copenssl_number(bytes: bytes.baseAddress.map { $0 + offset }, count: number.count)
            }
            return copenssl_rsa_from_numbers(parts, parts.count)
        }
        self.init(taking: key)
    }

    /// A key from the numbers of a JWK on P-384 (RFC 7518 §6.2).
    convenience init?(x: [UInt8], y: [UInt8], d: [UInt8]?) {
        guard x.count == 48, y.count == 48 else { return nil }
        guard let d else {
            self.init(taking: copenssl_p384_from_numbers(x, y, nil))
            return
        }
        let key = d.withUnsafeBufferPointer { bytes in
            withUnsafePointer(to: copenssl_number(bytes: bytes.baseAddress, count: bytes.count)) {
                copenssl_p384_from_numbers(x, y, $0)
            }
        }
        self.init(taking: key)
    }

    /// The private key as PKCS#8 in PEM.
    func privatePEM() -> [UInt8]? {
        let pem = [UInt8](unsafeUninitializedCapacity: 16 << 10) { bytes, count in
            count = copenssl_write_private_pem(key, bytes.baseAddress, bytes.count)
        }
        return pem.isEmpty ? nil : pem
    }

    /// The modulus or the exponent of an RSA key, big-endian.
    func rsaNumber(_ which: Character) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 1024) { bytes, count in
            count = copenssl_rsa_number(key, CChar(which == "n" ? 0x6e : 0x65), bytes.baseAddress, bytes.count)
        }
    }

    /// The coordinates of a P-384 key, 48 bytes each.
    func point() -> (x: [UInt8], y: [UInt8])? {
        var x = [UInt8](repeating: 0, count: 48)
        var y = x
        return copenssl_p384_point(key, &x, &y) == 1 ? (x, y) : nil
    }

    /// The JWS signature of `message`; nil without a private key.
    func sign(_ message: [UInt8]) -> [UInt8]? {
        let signature = [UInt8](unsafeUninitializedCapacity: 1024) { bytes, count in
            count = copenssl_sign(key, message, message.count, bytes.baseAddress, bytes.count)
        }
        return signature.isEmpty ? nil : signature
    }

    /// Whether `signature` is this key's over `message`.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        copenssl_verify(key, message, message.count, signature, signature.count) == 1
    }
}
