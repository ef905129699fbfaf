import PDex
import Synchronization

/// The keys of everything that a whole export brought, to tell what it did not bring.
final class SeenKeys: Sendable {
    private let seen = Mutex<Set<ResourceKey>>([])

    /// Everything so far.
    var all: Set<ResourceKey> { seen.withLock { $0 } }

    /// Adds what a batch brought.
    func insert(_ batch: StagingBatch) {
        seen.withLock { seen in
            for row in batch.rows { seen.insert(row.key) }
        }
    }
}
