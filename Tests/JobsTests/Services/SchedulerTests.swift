import FHIR
import Logging
import PDex
import PDexTesting
import Testing

@testable import Jobs

@Suite("The scheduler")
struct SchedulerTests {
    @Test("a job that is seen for the first time begins with its next tick, and has a run for each")
    func everyNight() async throws {
        let served = try ServedNight(until: "2026-06-03T02:20:00Z")

        try await served.schedule()

        #expect(
            try await served.told() == ["started 2026-06-02T02:15:00 complete", "started 2026-06-03T02:15:00 complete"])
    }

    @Test("a job that was seen once is caught up with at its first tick, if the service was down then")
    func firstTickMissed() async throws {
        let served = try ServedNight(until: "2026-06-01T02:20:00Z")
        try await served.schedule()
        try served.wait(until: "2026-06-02T09:00:00Z")

        try await served.restarted(until: "2026-06-02T09:01:00Z").schedule()

        #expect(try await served.told() == ["started 2026-06-02T02:15:00 complete"])
    }

    @Test("a job that is first seen while the store is held begins when it was seen")
    func seenWhileHeld() async throws {
        let served = try ServedNight(until: "2026-06-02T03:15:00Z")
        try served.wait(until: "2026-06-02T02:14:59Z")
        served.night.store.hold(for: 3)

        try await served.schedule()

        #expect(try await served.told() == ["started 2026-06-02T02:15:00 complete"])
    }

    @Test("a job with jitter starts late by what is its own, under the name of its tick")
    func jitter() async throws {
        let served = try ServedNight(
            schedule: #"{ cron: "15 2 * * *", jitter: 6h }"#, until: "2026-06-03T08:30:00Z")
        let chance = served.operations.chance(of: served.job)
        let late = try #require(served.job.schedule?.lateness(chance))
        #expect((1...6 * 3_600_000 - 1).contains(late))

        try await served.schedule()

        #expect(
            try await served.told() == ["started 2026-06-02T02:15:00 complete", "started 2026-06-03T02:15:00 complete"])
        let ticks = try ["2026-06-02T02:15:00Z", "2026-06-03T02:15:00Z"].map { try #require(Instant($0)) }
        #expect(try await served.began() == ticks.map { $0.adding(milliseconds: late) })
    }

    @Test("a tick at which the store is held has its run as soon as it is free", arguments: [1, 2, 3, 5])
    func held(writes: Int) async throws {
        let served = try ServedNight(until: "2026-06-02T03:15:00Z")
        _ = try await served.operations.lastTick(of: served.job, seen: served.night.clock.now())
        try served.wait(until: "2026-06-02T02:14:59Z")
        served.night.store.hold(for: writes)

        try await served.schedule()

        #expect(try await served.told().last?.hasSuffix("2026-06-02T02:15:00 complete") == true)
        #expect(served.night.payer.received.count == 1)
    }

    @Test("what a stopped service left unfinished is gone on with at once, not at the next tick")
    func resumes() async throws {
        let served = try ServedNight(until: "2026-06-01T10:01:00Z")
        try await served.leaveUnfinished()
        try served.wait(until: "2026-06-01T10:00:00Z")

        try await served.schedule()

        #expect(
            try await served.told() == ["started 2026-06-01T02:15:00 complete", "resumed 2026-06-01T02:15:00 complete"])
        #expect(served.night.payer.received.count == 1)
    }

    @Test("after what was left unfinished, the tick that was missed has a run of its own")
    func resumesThenCatchesUp() async throws {
        let served = try ServedNight(until: "2026-06-02T09:01:00Z")
        try await served.leaveUnfinished()
        try served.wait(until: "2026-06-02T09:00:00Z")

        try await served.schedule()

        #expect(
            try await served.told() == [
                "started 2026-06-01T02:15:00 complete", "resumed 2026-06-01T02:15:00 complete",
                "started 2026-06-02T02:15:00 complete",
            ])
    }

    @Test("a request or a dry run does not stand in for the tick that was missed, nor for what was left unfinished")
    func notShadowed() async throws {
        let served = try ServedNight(until: "2026-06-02T09:01:00Z")
        try await served.leaveUnfinished()
        try served.wait(until: "2026-06-02T09:00:00Z")
        _ = try await served.answer("joe")
        _ = try await served.operations.run(job: served.job.name, dryRun: true)

        try await served.schedule()

        #expect(
            try await served.told() == [
                "started 2026-06-01T02:15:00 complete", "requested 2026-06-02T09:00:00 complete",
                "resumed 2026-06-01T02:15:00 complete", "started 2026-06-02T02:15:00 complete",
            ])
    }

    @Test("a clinic that cannot be reached is asked again before the next tick, and the run completes")
    func triesAgain() async throws {
        let served = try ServedNight(until: "2026-06-02T06:00:00Z")
        served.night.clinic.rewrite { $0.outages = ["Observation": 3] }

        try await served.schedule()

        let tick = "2026-06-02T02:15:00 complete"
        #expect(
            try await served.told() == ["started \(tick)", "resumed \(tick)", "resumed \(tick)", "resumed \(tick)"])
        #expect(served.night.clinic.requests.filter { $0 == "export" }.count == 1)
    }

    @Test("what stopped an attempt is in the log: its code, in words, and whose server it was where the words tell")
    func tellsWhy() async throws {
        let served = try ServedNight(until: "2026-06-02T02:15:30Z")
        served.night.clinic.rewrite { $0.outages = ["Observation": 1] }
        let lines = LogLines()

        try await served.schedule(telling: lines.logger)

        let told = try #require(lines.metadata(of: "job failed").first)
        #expect(told["job"] == "nightly-payer-sync" && told["state"] == "running" && told["run"] != nil)
        #expect(told["fault"] == "remote.unreachable" && told["message"] == "the clinic cannot be reached")
        let named = Obstacle(Fault(.remoteTLS, .retry, "med0: no TLS."), among: ["clinic0", "med0"])
        #expect(named.metadata == ["fault": "remote.tls", "message": "med0: no TLS.", "server": "med0"])
    }

    @Test("a clinic that is away until the next tick delays that tick, and neither night is forgotten")
    func longOutage() async throws {
        let served = try ServedNight(schedule: #"{ cron: "15 * * * *" }"#, until: "2026-06-01T05:00:00Z")
        served.night.clinic.rewrite { $0.outages = ["Observation": 6] }

        try await served.schedule()

        let told = try await served.told()
        #expect(told.first == "started 2026-06-01T03:15:00 complete")
        #expect(told.filter { $0.hasPrefix("resumed 2026-06-01T03:15:00") }.count == 6)
        #expect(told.last == "started 2026-06-01T04:15:00 complete")
    }

    @Test("a run that is not complete is a warning, with how much is parked and how much waits")
    func partial() async throws {
        let served = try ServedNight([.joe, .ada], until: "2026-06-02T02:20:00Z")
        let lines = LogLines()
        served.night.payer.reply(.refuse(422), .busy(retryAfterSeconds: 3600))

        try await served.schedule(telling: lines.logger)

        let ended = try #require(lines.all.first { $0.event == "job ended" })
        #expect(ended.level == .warning && ended.fields["job"] == served.job.name)
        #expect(ended.fields["parked"] == "1" && ended.fields["retrying"] == "1")
    }

    @Test("a run that cannot go on ends that night, and the next one has its run")
    func halts() async throws {
        let served = try ServedNight(until: "2026-06-03T02:20:00Z")
        served.night.clinic.rewrite { $0.pagesLoop = true }

        try await served.schedule()

        #expect(try await served.told().map { String($0.prefix(18)) } == ["started 2026-06-02", "started 2026-06-03"])
    }

    @Test(
        "a tick that comes during a run is passed over or waits, as the job says",
        arguments: [("skip", ["03:15"]), ("queue", ["03:15", "04:15"])])
    func overlap(_ word: String, _ started: [String]) async throws {
        let served = try ServedNight(
            schedule: #"{ cron: "15 * * * *", overlap: \#(word) }"#, until: "2026-06-01T05:00:00Z")
        let clock = served.night.clock
        served.night.payer.whileAnswering { clock.advance(seconds: 5400) }

        try await served.schedule()

        // A tick that was skipped stays so when the service is started again.
        try await served.restarted(until: "2026-06-01T05:10:00Z").schedule()
        #expect(try await served.told() == started.map { "started 2026-06-01T\($0):00 complete" })
    }

    @Test("a tick that had its run meanwhile, by another process, has no second one")
    func firedMeanwhile() async throws {
        let served = try ServedNight()
        let tick = served.night.clock.now()

        let first = try await served.operations.fire(job: served.job.name, at: tick)
        let second = try await served.operations.fire(job: served.job.name, at: tick)

        #expect(first != nil && second == nil)
        #expect(try await served.told() == ["started 2026-06-01T02:15:00 complete"])
    }

    @Test("a tick that was passed over meanwhile, by another process, has no run")
    func passedOverMeanwhile() async throws {
        let served = try ServedNight()
        let tick = served.night.clock.now()
        try await served.operations.passOver(tick, of: served.job)

        let report = try await served.operations.fire(job: served.job.name, at: tick)

        #expect(report == nil)
        #expect(try await served.told() == [])
    }

    @Test("what another process runs is taken over once that process ends, not at the next tick")
    func takenOver() async throws {
        let atOnce = try ServedNight(
            until: "2026-06-01T02:40:00Z", gone: ["elsewhere"], since: "2026-06-01T02:30:00Z")
        let atTick = try ServedNight(
            until: "2026-06-02T02:40:00Z", gone: ["elsewhere"], since: "2026-06-02T02:30:00Z")

        for served in [atOnce, atTick] {
            try await served.openElsewhere()
            try await served.schedule()
            // The tick of the second was skipped.
            #expect(try await served.told() == ["resumed 2026-06-01T02:15:00 complete"])
            #expect(served.night.payer.received.count == 1)
        }
    }

    @Test("a tick that was passed over for another process's run has none after a restart either")
    func passedOverForAnother() async throws {
        let served = try ServedNight(until: "2026-06-02T02:20:00Z")
        try await served.openElsewhere()
        try await served.schedule()
        try await served.night.store.write { try $0.close("elsewhere-1", as: .complete, summary: []) }

        try await served.restarted(until: "2026-06-02T02:30:00Z").schedule()

        #expect(try await served.told() == [])
    }

    @Test("while another process runs the job, its tick is passed over; what a process left that ended is taken over")
    func otherProcess() async throws {
        let held = try ServedNight(until: "2026-06-02T02:20:00Z")
        let left = try ServedNight(until: "2026-06-02T02:20:00Z", gone: ["elsewhere"])

        for served in [held, left] {
            try await served.openElsewhere()
            try await served.schedule()
        }

        #expect(try await held.told() == [])
        #expect(
            try await left.told() == ["resumed 2026-06-01T02:15:00 complete", "started 2026-06-02T02:15:00 complete"])
    }
}

extension ServedNight {
    /// Starts the run of the tick at which the clock stands without finishing it.
    fileprivate func leaveUnfinished() async throws {
        night.clinic.rewrite { $0.outages = ["Observation": 1] }
        let tick = night.clock.now()
        await #expect(throws: RunFailure.self) {
            try await operations.fire(job: job.name, at: tick)
        }
    }

    /// Opens a run in the name of another process.
    func openElsewhere() async throws {
        var run = night.firing("elsewhere-1")
        run.owner = "elsewhere"
        let opened = run
        try await night.store.write { try $0.open(opened) }
    }
}
