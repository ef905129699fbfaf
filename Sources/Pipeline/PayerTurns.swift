import FHIR
import Synchronization

/// When the next delivery to each payer may begin, for all jobs and services of a process: a limit is the payer's to bear,
/// whoever delivers.
public final class PayerTurns: Sendable {
    private let next = Mutex<[String: Instant]>([:])

    /// So many others may wait before it; more looks like a clock that was set back.
    private static let mostWaiting: Int64 = 64

    /// Nobody has delivered yet.
    public init() {}

    /// Takes the next turn at a payer, after which it is left alone for so many milliseconds.
    func take(at payer: String, spacing: Int64, now: Instant) -> Instant {
        next.withLock { next in
            let latest = now.adding(milliseconds: spacing * Self.mostWaiting)
            let turn = min(max(next[payer] ?? now, now), latest)
            next[payer] = turn.adding(milliseconds: spacing)
            return turn
        }
    }
}
