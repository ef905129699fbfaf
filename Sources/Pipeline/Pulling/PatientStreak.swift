import Synchronization

/// Counts consecutive patients who failed: one may be poisoned, many mean that the clinic is in trouble.
final class PatientStreak: Sendable {
    private let most: Int
    private let failed = Mutex(0)

    /// A streak that ends after `most` failures.
    init(most: Int) {
        self.most = most
    }

    /// Notes a patient who came completely, or with flaws that are counted.
    func succeed() {
        failed.withLock { $0 = 0 }
    }

    /// Notes a failure; true when there were too many in a row.
    func fail() -> Bool {
        failed.withLock { failed in
            failed += 1
            return failed >= most
        }
    }
}
