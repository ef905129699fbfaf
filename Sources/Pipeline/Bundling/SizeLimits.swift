import Synchronization

/// What a payer was found to take at once, for the rest of a run: it may mean less than its job says.
final class SizeLimits: Sendable {
    /// Most entries and bytes; nil while nothing is known.
    private let most = Mutex<(entries: Int, bytes: Int)?>(nil)

    /// What is known.
    var known: (entries: Int, bytes: Int)? { most.withLock { $0 } }

    /// A bundle of that size was too large: half of it is the next to try.
    func refused(entries: Int, bytes: Int) {
        most.withLock { most in
            most = (min(most?.entries ?? .max, max(1, entries / 2)), min(most?.bytes ?? .max, max(1, bytes / 2)))
        }
    }

    /// Forgets it: the payer may have changed its mind.
    func forget() {
        most.withLock { $0 = nil }
    }
}
