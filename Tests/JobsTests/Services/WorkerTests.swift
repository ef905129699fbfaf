import PDex
import PDexTesting
import Testing

@testable import Jobs

@Suite("The worker")
struct WorkerTests {
    @Test("what the payer could not take is delivered once it is due, without a run")
    func delivers() async throws {
        let served = try ServedNight(until: "2026-06-01T02:30:00Z")
        served.night.payer.reply(.busy(retryAfterSeconds: 300))
        _ = try await served.operations.run(job: served.job.name)
        #expect(try await served.exchange().state == .retrying)

        try await served.work()

        #expect(try await served.exchange().state == .acknowledged)
        #expect(served.night.payer.received.count == 2)
    }

    @Test("what was cancelled is not delivered")
    func cancelled() async throws {
        let served = try ServedNight(until: "2026-06-01T02:30:00Z")
        served.night.payer.reply(.busy(retryAfterSeconds: 300))
        _ = try await served.operations.run(job: served.job.name)
        _ = try await served.operations.cancel(served.exchange().id, reason: "a test")

        try await served.work()

        #expect(try await served.exchange().state == .cancelled)
        #expect(served.night.payer.received.count == 1)
    }
}
