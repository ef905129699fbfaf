import FHIR
import PDex
import Synchronization

/// Renews the claims of a group during a long delivery, so that no other process takes them over.
final class ClaimRenewal: Sendable {
    private let clock: any WallClock
    private let seconds: Int64
    private let renew: @Sendable (_ expiry: Instant) async throws -> Void
    private let latest: Mutex<Instant>

    /// For claims that were just made or renewed: renews them every `seconds`, for twice as long.
    init(clock: any WallClock, seconds: Int64, renew: @escaping @Sendable (_ expiry: Instant) async throws -> Void) {
        self.clock = clock
        self.seconds = seconds
        self.renew = renew
        latest = Mutex(clock.now())
    }

    /// Renews them if that is due.
    func renewIfDue() async throws {
        let now = clock.now()
        let isDue = latest.withLock { latest in
            guard now >= latest.adding(milliseconds: seconds * 1000) else { return false }
            latest = now
            return true
        }
        if isDue { try await renew(now.adding(milliseconds: 2 * seconds * 1000)) }
    }
}
