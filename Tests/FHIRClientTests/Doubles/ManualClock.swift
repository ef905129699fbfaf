import FHIR
import PDex
import Synchronization

/// A clock that stands still until it is moved; sleeping moves it and is remembered.
final class ManualClock: WallClock {
    private let state = Mutex((now: Instant(seconds: 1_767_225_600), sleeps: [Double]()))

    var sleeps: [Double] { state.withLock { $0.sleeps } }

    func now() -> Instant { state.withLock { $0.now } }

    func sleep(seconds: Double) async throws {
        try Task.checkCancellation()
        state.withLock { $0.sleeps.append(seconds) }
        advance(seconds: seconds)
    }

    func advance(seconds: Double) {
        state.withLock { $0.now = $0.now.adding(milliseconds: Int64(seconds * 1000)) }
    }
}
