import Synchronization

/// How much a payer turned out to accept at once, for the rest of a run: perhaps less than its job says (WR-17).
final class SizeLimits: Sendable {
    /// Most entries and bytes; nil while unknown.
    private let most = Mutex<(entries: Int, bytes: Int)?>(nil)

    /// The limits never fall below this: one member's odd bundle must not split all others into a hundred parts.
    private static let fewestEntries = 6
    private static let fewestBytes = 65_536

    /// The limits known so far.
    var known: (entries: Int, bytes: Int)? { most.withLock { $0 } }

    /// A bundle of that size was too large, and could be divided: half its size is tried next.
    ///
    /// Only a size near its limit, the known one or else the job's, is halved: a few large entries say nothing about
    /// how many are accepted. If neither is near, the bytes are halved.
    func refused(entries: Int, bytes: Int, under limits: (entries: Int, bytes: Int)) {
        most.withLock { most in
            var now = most ?? limits
            let hasMany = Self.isNear(entries, now.entries)
            let isHeavy = Self.isNear(bytes, now.bytes) || !hasMany
            if hasMany { now.entries = min(now.entries, max(Self.fewestEntries, entries / 2)) }
            if isHeavy { now.bytes = min(now.bytes, max(Self.fewestBytes, bytes / 2)) }
            most = now
        }
    }

    /// Forgets the limits: the payer may accept more by now.
    func forget() {
        most.withLock { $0 = nil }
    }

    private static func isNear(_ size: Int, _ limit: Int) -> Bool {
        size >= limit - limit / 4
    }
}
