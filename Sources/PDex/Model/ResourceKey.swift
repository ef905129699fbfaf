/// The staging store's name for one resource of one source: a keyed 64-bit hash of source, type and id.
///
/// A key says nothing about the person: it may appear in logs and file names. Two identities
/// that hash alike are refused by the store (`store.key-collision`), never merged.
public struct ResourceKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The bits as SQLite keeps them.
    public let bits: Int64

    /// Takes the bits as SQLite keeps them.
    public init(bits: Int64) {
        self.bits = bits
    }

    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(UInt64(bitPattern: bits), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Reads sixteen hexadecimal digits.
    public init?(_ text: String) {
        guard text.utf8.count == 16, let bits = UInt64(text, radix: 16) else { return nil }
        self.bits = Int64(bitPattern: bits)
    }

    /// Orders by the bits; means nothing but is stable.
    public static func < (left: ResourceKey, right: ResourceKey) -> Bool {
        left.bits < right.bits
    }
}
