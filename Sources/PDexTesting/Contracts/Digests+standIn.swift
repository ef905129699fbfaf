public import PDex

extension Digests {
    /// 32 bytes that depend on every byte (FNV-1a, four times): for tests that need no cryptographic strength.
    public static let standIn = Digests { bytes in
        (1...4).flatMap { seed in
            let start = 14_695_981_039_346_656_037 &* UInt64(seed)
            let hash = bytes.reduce(start) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
            return withUnsafeBytes(of: hash.bigEndian) { [UInt8]($0) }
        }
    }
}
