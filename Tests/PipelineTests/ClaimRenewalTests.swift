import FHIR
import PDexTesting
import Synchronization
import Testing

@testable import Pipeline

@Suite("Claims of a delivery that takes long")
struct ClaimRenewalTests {
    @Test("they are renewed before they run out, however many requests it has, and not at each")
    func renews() async throws {
        let clock = ManualClock(Instant(seconds: 1_800_000_000))
        let expiries = Mutex<[Instant]>([])
        let renewal = ClaimRenewal(clock: clock, seconds: 300) { expiry in expiries.withLock { $0.append(expiry) } }
        var expiry = clock.now().adding(milliseconds: 600_000)
        for _ in 0..<200 {
            clock.advance(seconds: 7)
            try await renewal.renewIfDue()
            expiry = expiries.withLock { $0.last } ?? expiry
            #expect(clock.now() < expiry)
        }
        #expect(expiries.withLock { $0.count } == 4)
    }
}
