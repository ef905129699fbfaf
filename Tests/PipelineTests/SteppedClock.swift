import FHIR
import PDex
import PDexTesting

/// A manual clock on which other work is done while a task sleeps, at least once a minute.
struct SteppedClock: WallClock {
    let clock: ManualClock
    let meanwhile: @Sendable () async throws -> Void

    func now() -> Instant { clock.now() }

    func sleep(seconds: Double) async throws {
        var rest = seconds
        while rest > 0 {
            let step = min(rest, 60)
            try await clock.sleep(seconds: step)
            rest -= step
            try await meanwhile()
        }
    }
}
