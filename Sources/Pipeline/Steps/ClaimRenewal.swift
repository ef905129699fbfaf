import FHIR
import PDex
import Synchronization

/// Prolongs the claims of a group while one delivery goes on for long, so that nobody takes it for dead.
final class ClaimRenewal: Sendable {
    private let clock: any WallClock
    private let seconds: Int64
    private let renew: @Sendable (_ expiry: Instant) async throws -> Void
    private let latest: Mutex<Instant>

    /// Claims that were made or renewed just now, are renewed every `seconds`, and then hold for twice as long.
    init(clock: any WallClock, seconds: Int64, renew: @escaping @Sendable (_ expiry: Instant) async throws -> Void) {
        self.clock = clock
        self.seconds = seconds
        self.renew = renew
        latest = Mutex(clock.now())
    }

    /// Renews them if the last time is long ago.
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
