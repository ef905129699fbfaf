import FHIR
import PDex
import PDexTesting
import Testing

@testable import Jobs

@Suite("What operators do to the queue")
struct QueueOperationsTests {
    @Test(
        "resuming a payer that is closed after failures lets one delivery be tried at once, and the audit trail has it")
    func tries() async throws {
        let served = try ServedNight()
        let (store, now) = (served.night.store, served.night.clock.now())
        let later = now.adding(milliseconds: 3_600_000)
        try await store.write {
            try $0.keep(
                CircuitBreaker(payer: "med0", failing: ["a", "b"], spent: 20, closings: 2, closedUntil: later, at: now))
        }

        let wasClosed = try await served.operations.resume(.payer, "med0")
        let again = try await served.operations.resume(.payer, "med0")
        let other = try await served.operations.resume(.payer, "med1")

        #expect([wasClosed, again, other] == [true, false, false])
        let breaker = try #require(try await served.operations.queue().breakers.first)
        #expect(breaker.permits(at: now) == .probe)
        #expect(breaker.closings == 2)
        let actions = try await store.read { try $0.audit(after: 0, limit: 9).map(\.entry.action) }
        #expect(actions == ["queue.tried"])
    }
}
