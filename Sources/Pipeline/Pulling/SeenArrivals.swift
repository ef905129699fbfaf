import PDex
import Synchronization

/// Everything that an export of everything brought, new or not, to find out what it did not bring.
final class SeenArrivals: Sendable {
    private let seen = Mutex(ArrivalSet())

    /// Everything so far.
    var all: ArrivalSet { seen.withLock { $0 } }

    /// Adds what a batch brought.
    func insert(_ outcome: StagingOutcome) {
        seen.withLock { seen in
            for arrival in outcome.arrivals { seen.insert(arrival) }
        }
    }
}
