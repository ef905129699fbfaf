import FHIR
import PDex
import PDexTesting

/// A manual clock on which other work is done whenever a task sleeps.
struct SleepingClock: WallClock {
    private let clock: ManualClock
    private let work: @Sendable () async throws -> Void

    init(_ clock: ManualClock, _ work: @escaping @Sendable () async throws -> Void) {
        self.clock = clock
        self.work = work
    }

    func now() -> Instant { clock.now() }

    func sleep(seconds: Double) async throws {
        clock.advance(seconds: seconds)
        try await work()
    }
}
