import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

@Suite("Runs by hand")
struct RunOperationsTests {
    @Test("while another process works on a run, nobody else does; once it has ended, its run is gone on with")
    func owners() async throws {
        let held = try ServedNight()
        let left = try ServedNight(gone: ["elsewhere"])
        try await held.openElsewhere()
        try await left.openElsewhere()

        let fault = await #expect(throws: Fault.self) { try await held.operations.run(job: held.job.name) }
        let report = try await left.operations.run(job: left.job.name)

        #expect(fault?.code == .runInProgress)
        #expect(held.night.clinic.requests.isEmpty)
        #expect(report.run == "elsewhere-1")
        #expect(report.state == .complete)
        #expect(try await left.night.store.read { try $0.run("elsewhere-1") }?.owner == "here")
    }

    @Test("the same process does not work on one run twice at once")
    func twice() async throws {
        let served = try ServedNight()
        let (operations, name) = (served.operations, served.job.name)
        served.night.payer.whileAnswering {
            let fault = await #expect(throws: Fault.self) { try await operations.run(job: name) }
            #expect(fault?.code == .runInProgress)
        }

        let report = try await operations.run(job: name)

        #expect(report.state == .complete)
        #expect(served.night.payer.received.count == 1)
    }

    @Test("a run that cannot go on is reported and kept as failed, with what stopped it")
    func fails() async throws {
        let served = try ServedNight()
        served.night.clinic.rewrite {
            $0.offersExport = false
            $0.refusedReads = ["Group": .authForbidden]
        }

        let failure = await #expect(throws: RunFailure.self) {
            try await served.operations.run(job: served.job.name)
        }

        let report = try #require(failure?.report)
        #expect(report.state == .failed)
        #expect(report.problems == [.clinicGroupEmpty: 1])
        let kept = try await served.night.store.read { try $0.run(report.run) }
        #expect(kept?.state == .failed)
        #expect(kept?.summary == report.json.serialized())
        #expect(report.fault?.code == .clinicGroupEmpty && report.fault?.server == "clinic0")
        #expect(report.json["fault"]?["message"]?.string?.contains("names no members") == true)
    }

    @Test("a run that stays open after an attempt keeps what stopped that, over restarts, until one comes to its end")
    func obstacle() async throws {
        let served = try ServedNight()
        served.night.clinic.rewrite { $0.outages = ["Observation": 2] }
        let (operations, name) = (served.operations, served.job.name)

        for _ in 0..<2 { await #expect(throws: RunFailure.self) { try await operations.run(job: name) } }
        let restarted = try served.restarted(until: "2026-06-02T00:00:00Z").operations
        let stopped = try await restarted.stoppedRuns(ofJobs: [name])
        let report = try await restarted.run(job: name)

        #expect(stopped.map(\.run.id) == [report.run])
        #expect(stopped.first?.obstacle.code == .remoteUnreachable)
        #expect(stopped.first?.obstacle.message == "the clinic cannot be reached")
        #expect(report.state == .complete && report.fault == nil)
        #expect(try await restarted.stoppedRuns(ofJobs: [name]).isEmpty)
        #expect(try await restarted.obstacle(ofRun: report.run) == nil)
    }

    @Test("a run that is stopped in the middle of a delivery stays open, and the same command completes it")
    func stopped() async throws {
        let served = try ServedNight([.joe, .ada])
        let (operations, name) = (served.operations, served.job.name)
        let (asked, ask) = AsyncStream<Void>.makeStream()
        let (answers, answer) = AsyncStream<Void>.makeStream()
        served.night.payer.whileAnswering {
            ask.yield()
            for await _ in answers { break }
        }
        let running = Task { try await operations.run(job: name) }
        var requests = asked.makeAsyncIterator()
        _ = await requests.next()

        running.cancel()
        answer.finish()
        _ = await running.result
        served.night.payer.whileAnswering {}
        served.night.clock.advance(seconds: 3600)
        let report = try await operations.run(job: name)

        #expect(report.state == .complete)
        #expect(try await served.told().map { $0.prefix(7) } == ["started", "resumed"])
        #expect(served.night.payer.held.values.filter { $0.type == "Patient" }.count == 2)
    }

    @Test("a request that fails leaves nothing open, and nothing for a run to go on with")
    func request() async throws {
        let served = try ServedNight()
        served.night.clinic.rewrite { $0.unreachable = ["joe"] }

        let failure = await #expect(throws: RunFailure.self) {
            try await served.answer("joe")
        }

        #expect(failure?.report.state == .failed)
        #expect(try await served.told() == ["requested 2026-06-01T02:15:00 failed"])
        #expect(try await served.operations.resume(job: served.job.name) == nil)
    }

    @Test("a run that fails took as long as it was tried")
    func duration() async throws {
        let served = try ServedNight()
        served.night.clinic.rewrite { $0.busyStarts = 1000 }

        let failure = await #expect(throws: RunFailure.self) {
            try await served.operations.run(job: served.job.name)
        }

        let waited = served.night.clock.sleeps.reduce(0, +)
        #expect(waited > 3600 && abs((failure?.report.seconds ?? 0) - waited) < 1)
    }

    @Test("a dry run leaves the unfinished run as it is")
    func dryRun() async throws {
        let served = try ServedNight()
        try await served.openElsewhere()

        let report = try await served.operations.run(job: served.job.name, dryRun: true)

        #expect(report.run != "elsewhere-1")
        #expect(served.night.payer.received.isEmpty)
        let run = try await served.night.store.read { try $0.unfinishedRun(ofJob: served.job.name) }
        #expect(run?.id == "elsewhere-1")
        #expect(run?.owner == "elsewhere")
    }
}
