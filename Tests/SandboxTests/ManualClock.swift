import FHIR
import PDex
import Serving
import Synchronization

/// A clock that stands still until a test moves it.
final class ManualClock: WallClock {
    private let present: Mutex<Instant>

    init(_ text: String = "2026-03-02T09:30:00Z") {
        present = Mutex(Instant(text) ?? Instant(seconds: 0))
    }

    func now() -> Instant { present.withLock { $0 } }

    func advance(seconds: Int64) {
        present.withLock { $0 = $0.adding(milliseconds: seconds * 1_000) }
    }

    func sleep(seconds: Double) async throws {
        advance(seconds: Int64(seconds))
    }
}
