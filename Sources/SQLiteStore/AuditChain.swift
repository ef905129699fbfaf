import FHIR
import PDex

/// How the audit trail is chained: each hash covers the one before it and everything the entry says.
struct AuditChain {
    /// The hash that the first entry follows.
    static let start = [UInt8](repeating: 0, count: 32)

    let digests: Digests

    /// The hash of an entry at its place after the entry with the hash `previous`.
    ///
    /// It covers, in this order: the previous hash, the place and the milliseconds since 1970 as eight bytes, then
    /// actor, action, run, exchange and reason, each as a byte that says whether it is present, its length in four
    /// bytes and its UTF-8. Numbers are big-endian. No two entries have the same encoding.
    func hash(of entry: AuditEntry, at sequence: Int64, after previous: [UInt8]) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(256)
        message += previous
        Self.append(UInt64(bitPattern: sequence), to: &message)
        Self.append(UInt64(bitPattern: entry.at.milliseconds), to: &message)
        for text in [entry.actor, entry.action, entry.run, entry.exchange, entry.reason] {
            message.append(text == nil ? 0 : 1)
            Self.append(UInt32(truncatingIfNeeded: text?.utf8.count ?? 0), to: &message)
            message += (text ?? "").utf8
        }
        return digests.sha256(message)
    }

    private static func append(_ number: some FixedWidthInteger, to message: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { message += $0 }
    }
}
