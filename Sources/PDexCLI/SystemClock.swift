import FHIR
import Foundation
import PDex

/// The machine's clock.
struct SystemClock: WallClock {
    func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    func sleep(seconds: Double) async throws {
        try await Task.sleep(for: .seconds(max(seconds, 0)))
    }
}
