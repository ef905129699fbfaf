/// Mapped resources with Provenance, references rewritten, ready to send: one part of an exchange.
public struct ExchangeBundle: Sendable, Hashable {
    /// The part's number within the exchange, from 1.
    public let part: Int
    /// The number of entries.
    public let entries: Int
    /// The Bundle as it will be POSTed.
    public let bytes: [UInt8]
    /// SHA-256 of the bytes, hexadecimal.
    public let digest: String

    /// Assembles a part.
    public init(part: Int, entries: Int, bytes: [UInt8], digest: String) {
        self.part = part
        self.entries = entries
        self.bytes = bytes
        self.digest = digest
    }
}
