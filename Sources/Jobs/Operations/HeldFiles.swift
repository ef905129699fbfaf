import PDex
import Synchronization

/// Which submissions were refused because of which hold: a payer asks for each file again and again, but only the first
/// refusal goes into the audit trail.
final class HeldFiles: Sendable {
    private struct Refusal: Hashable {
        let submission: String
        let hold: Hold
    }

    private let told = Mutex<Set<Refusal>>([])
    /// Most refusals remembered; beyond that all are forgotten, and some are recorded twice.
    private static let most = 100_000

    /// Whether this is the first refusal of a submission under a hold.
    func isFirst(_ submission: String, under hold: Hold) -> Bool {
        told.withLock { told in
            if told.count >= Self.most { told = [] }
            return told.insert(Refusal(submission: submission, hold: hold)).inserted
        }
    }
}
