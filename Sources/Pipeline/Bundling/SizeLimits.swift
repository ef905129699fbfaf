import Synchronization

/// What a payer was found to take at once, for the rest of a run: it may mean less than its job says (WR-17).
final class SizeLimits: Sendable {
    /// Most entries and bytes; nil while nothing is known.
    private let most = Mutex<(entries: Int, bytes: Int)?>(nil)

    /// Nothing below is learned: one member's odd bundle does not make every other member's a hundred small ones.
    private static let fewestEntries = 6
    private static let fewestBytes = 65_536

    /// What is known.
    var known: (entries: Int, bytes: Int)? { most.withLock { $0 } }

    /// A bundle of that size was too large, and could be divided: half of it is the next to try.
    ///
    /// Of what it was near to the limit in, by what is known or else by the job's `limits`: a few large entries tell
    /// nothing of how many are taken. Near to neither, it is taken to have been too many bytes.
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

    /// Forgets it: the payer may have changed its mind.
    func forget() {
        most.withLock { $0 = nil }
    }

    private static func isNear(_ size: Int, _ limit: Int) -> Bool {
        size >= limit - limit / 4
    }
}
