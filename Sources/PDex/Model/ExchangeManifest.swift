/// What became of each staged resource of an exchange's member: sent, or left out with a reason.
///
/// Once the exchange is acknowledged, its manifest is what the payer holds; comparing it with the staged content shows
/// what is new.
public struct ExchangeManifest: Sendable, Hashable {
    /// One staged resource and what became of it.
    public struct Entry: Sendable, Hashable {
        /// The staged resource.
        public let key: ResourceKey
        /// The hash of the content that was considered.
        public let contentHash: Int64
        /// Why it was left out; nil when it is in a bundle.
        public let leftOut: FaultCode?

        /// Whether the exchange takes it back from the payer: marks it as entered in error there, or deletes it.
        public var isTakenBack: Bool { leftOut == .retracted || leftOut == .retractedByDelete }

        /// Assembles an entry.
        public init(key: ResourceKey, contentHash: Int64, leftOut: FaultCode?) {
            self.key = key
            self.contentHash = contentHash
            self.leftOut = leftOut
        }
    }

    /// The entries, sorted by key.
    public let entries: [Entry]

    /// Sorts and keeps `entries`.
    public init(_ entries: [Entry] = []) {
        self.entries = entries.sorted { $0.key < $1.key }
    }

    /// Why nothing goes to the payer but what is taken back: the reason of what is left out besides. Nil where
    /// something goes, or nothing is taken back.
    public var reasonBesides: FaultCode? {
        guard entries.contains(where: \.isTakenBack), entries.allSatisfy({ $0.leftOut != nil }) else { return nil }
        let ofRetraction: [FaultCode] = [.retracted, .retractedByDelete, .notRetracted]
        // Whose Patient is staged has an entry of it, which is never taken back.
        return entries.lazy.compactMap(\.leftOut).first { !ofRetraction.contains($0) } ?? .clinicUnlinked
    }

    /// Key and content hash as eight little-endian bytes each, then the number of the reason, 0 for none.
    private static let stride = 17

    /// A compact form for the store: 17 bytes an entry after a table of the reasons used.
    public var encoded: [UInt8] {
        let codes = Set(entries.compactMap(\.leftOut)).sorted { $0.rawValue < $1.rawValue }
        let index = Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($1, UInt8($0 + 1)) })
        var out: [UInt8] = []
        out.reserveCapacity(1 + codes.count * 48 + entries.count * Self.stride)
        out.append(UInt8(codes.count))
        for code in codes {
            out.append(UInt8(code.rawValue.utf8.count))
            out += code.rawValue.utf8
        }
        for entry in entries {
            withUnsafeBytes(of: entry.key.bits.littleEndian) { out += $0 }
            withUnsafeBytes(of: entry.contentHash.littleEndian) { out += $0 }
            out.append(entry.leftOut.flatMap { index[$0] } ?? 0)
        }
        return out
    }

    /// Reads the compact form; nil when it is not one.
    public init?(encoded: [UInt8]) {
        var rest = encoded[...]
        guard let count = rest.popFirst() else { return nil }
        var codes: [FaultCode] = []
        for _ in 0..<count {
            guard let length = rest.popFirst(), rest.count >= Int(length) else { return nil }
            guard let code = FaultCode(rawValue: String(decoding: rest.prefix(Int(length)), as: UTF8.self)) else {
                return nil
            }
            codes.append(code)
            rest = rest.dropFirst(Int(length))
        }
        guard rest.count.isMultiple(of: Self.stride) else { return nil }
        var entries: [Entry] = []
        entries.reserveCapacity(rest.count / Self.stride)
        let isWhole = rest.withUnsafeBytes { bytes in
            for start in Swift.stride(from: 0, to: bytes.count, by: Self.stride) {
                let code = Int(bytes[start + 16])
                guard code <= codes.count else { return false }
                let key = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Int64.self))
                let hash = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 8, as: Int64.self))
                entries.append(
                    Entry(
                        key: ResourceKey(bits: key), contentHash: hash, leftOut: code == 0 ? nil : codes[code - 1]))
            }
            return true
        }
        guard isWhole else { return nil }
        self.entries = entries
    }
}
