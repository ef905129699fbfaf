import PDex
import Synchronization

/// Which submissions were not handed out because of which hold: a payer asks for each file again and again, and the
/// audit trail is told once.
final class HeldFiles: Sendable {
    private struct Refusal: Hashable {
        let submission: String
        let hold: Hold
    }

    private let told = Mutex<Set<Refusal>>([])
    /// More are not kept in mind: then some are told twice.
    private static let most = 100_000

    /// Whether it is the first refusal of a submission under a hold.
    func isFirst(_ submission: String, under hold: Hold) -> Bool {
        told.withLock { told in
            if told.count >= Self.most { told = [] }
            return told.insert(Refusal(submission: submission, hold: hold)).inserted
        }
    }
}
