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

    @Test("when the service is stopped it is said how many deliveries are waited for, and how long at most")
    func farewell() async throws {
        let served = try ServedNight()
        let lines = LogLines()
        let farewell = Farewell(operations: served.operations, logger: lines.logger)
        served.night.payer.whileAnswering {
            let stopping = Task { try await farewell.run() }
            stopping.cancel()
            try await stopping.value
        }

        _ = try await served.operations.run(job: served.job.name)

        #expect(lines.all.map(\.event) == ["stopping"])
        #expect(lines.all.first?.fields == ["deliveries": "1", "at-most-seconds": "25"])
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
