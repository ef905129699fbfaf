import FHIR
import PDex

/// A clock as one process sees it: nothing keeps sleeping after the end.
struct MortalClock: WallClock {
    let clock: any WallClock
    let life: Lifetime

    func now() -> Instant { clock.now() }

    func sleep(seconds: Double) async throws {
        try life.goOn()
        try await clock.sleep(seconds: seconds)
        try life.goOn()
    }
}
