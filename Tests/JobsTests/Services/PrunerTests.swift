import FHIR
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import Jobs

@Suite("The pruner")
struct PrunerTests {
    @Test("prunes when it starts and daily from then on, also after a day on which it failed")
    func daily() async throws {
        let served = try ServedNight(schedule: #"{ cron: "15 2 * * *" }"#, until: "2026-06-04T02:15:00Z")
        let times = Mutex<[String]>([])

        try await served.prune { [clock = served.night.clock] in
            let count = times.withLock { times in
                times.append(clock.now().text)
                return times.count
            }
            guard count != 2 else { throw Fault(.storeLocked, .stop, "a test") }
            return "nothing"
        }

        #expect(
            times.withLock { $0.map { $0.prefix(16) } } == [
                "2026-06-01T02:15", "2026-06-02T02:15", "2026-06-03T02:15", "2026-06-04T02:15",
            ])
    }
}
