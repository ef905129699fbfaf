import FHIR
import PDex
import PDexTesting
import Testing

@testable import Jobs

/// What a payer fetches is held back like what we send (CO-10, Q-02).
@Suite("Files of what an operator paused")
struct HeldFilesTests {
    @Test(
        "are not handed out until it is resumed, whatever was paused, and the trail has it once",
        arguments: [(Hold.Subject.payer, "med0"), (.job, "nightly-payer-sync"), (.lane, "nightly")])
    func held(subject: Hold.Subject, name: String) async throws {
        let served = try ServedNight()
        served.night.payer.reply(.busy(retryAfterSeconds: 300))
        _ = try await served.operations.run(job: served.job.name)
        let exchange = try await served.exchange()
        let operations = served.operations
        let id = exchange.id + "-1"
        #expect(try await operations.bundle(toServe: id) != nil)

        _ = try await operations.pause(subject, name, reason: "a test")
        for _ in 0..<3 {
            let fault = await #expect(throws: Fault.self) { try await operations.bundle(toServe: id) }
            #expect(fault?.code == .queuePaused && fault?.disposition == .retry)
        }

        let refused = try await operations.show(exchange.id).audit.map(\.entry).filter { $0.action == "files.refused" }
        #expect(refused.map(\.reason) == ["\(id): \(subject.rawValue) \(name) is paused"])
        _ = try await operations.resume(subject, name)
        #expect(try await operations.bundle(toServe: id) != nil)
    }

    @Test("others are handed out all the same")
    func others() async throws {
        let served = try ServedNight()
        served.night.payer.reply(.busy(retryAfterSeconds: 300))
        _ = try await served.operations.run(job: served.job.name)
        let id = try await served.exchange().id + "-1"

        for (subject, name) in [(Hold.Subject.payer, "other"), (.job, "other"), (.lane, "replay")] {
            _ = try await served.operations.pause(subject, name, reason: "a test")
        }

        #expect(try await served.operations.bundle(toServe: id) != nil)
    }
}
