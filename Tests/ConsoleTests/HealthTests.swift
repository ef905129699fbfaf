import FHIR
import PDex
import PDexTesting
import Serving
import Testing

@testable import Console
@testable import Jobs

@Suite("Health of the service")
struct HealthTests {
    @Test("it lives, is ready and whole where nothing is wrong; nobody needs a token to ask")
    func well() async throws {
        let harness = try APIHarness()
        for (path, status) in [("live", "live"), ("ready", "ready"), ("complete", "complete")] {
            let answer = await harness.send("GET", "/health/\(path)", token: nil)
            #expect(answer.status == 200 && answer.json["status"]?.string == status)
            #expect(await harness.send("HEAD", "/health/\(path)", token: nil).status == 200)
        }
        #expect(await harness.send("POST", "/health/live", token: nil).status == 405)
        #expect(await harness.send("GET", "/health/other", token: nil).status == 404)
    }

    @Test("it is not ready where the disk is nearly full, and says what to do")
    func diskFull() async throws {
        let harness = try APIHarness(freeBytes: 10 << 20)
        let answer = await harness.send("GET", "/health/ready")
        #expect(answer.status == 503)
        #expect(answer.json["problems"]?.elements.first?.string?.contains("10 MiB left") == true)
        #expect(await harness.send("GET", "/health/live", token: nil).status == 200)
    }

    @Test("it is not ready when schedules are no longer looked at; a run that takes hours is no standstill")
    func standstill() async throws {
        let harness = try APIHarness(freeBytes: 1 << 40)
        harness.heartbeat.beat(at: harness.night.clock.now())
        harness.night.clock.advance(seconds: 200)
        #expect(await harness.send("GET", "/health/ready", token: nil).status == 200)
        harness.night.clock.advance(seconds: 200)
        #expect(await harness.send("GET", "/health/ready", token: nil).status == 503)
        harness.heartbeat.rest()
        #expect(await harness.send("GET", "/health/ready", token: nil).status == 200)
    }

    @Test("it is not whole while a payer is left alone, something is paused, or a job's last run is not complete")
    func incomplete() async throws {
        let harness = try APIHarness()
        _ = try await harness.operations.pause(.payer, "med0", reason: "maintenance")
        let now = harness.night.clock.now()
        try await harness.night.store.write { writer in
            var breaker = CircuitBreaker(payer: "med0", at: now)
            breaker.closedUntil = now.adding(milliseconds: 60_000)
            breaker.lastFault = .remoteUnreachable
            try writer.keep(breaker)
            let run = Run(
                id: "r1", job: "member-data-request", trigger: .schedule, clinic: "clinic0", payer: "med0", instant: now
            )
            try writer.open(run)
            try writer.close("r1", as: .partial, summary: [])
            // Neither a later request nor the running night hides the last one.
            for (id, trigger) in [("r2", Run.Trigger.request), ("r3", .schedule)] {
                try writer.open(
                    Run(
                        id: id, job: "member-data-request", trigger: trigger, clinic: "clinic0", payer: "med0",
                        instant: now.adding(milliseconds: 1000)))
                if trigger == .request { try writer.close(id, as: .complete, summary: []) }
            }
        }

        let answer = await harness.send("GET", "/health/complete")
        let problems = answer.json["problems"]?.elements.compactMap(\.string) ?? []

        #expect(answer.status == 503)
        #expect(problems.count == 3)
        let stranger = await harness.send("GET", "/health/complete", token: nil)
        #expect(stranger.status == 503 && stranger.json["problems"] == nil)
        #expect(problems.contains { $0.contains("remote.unreachable") })
        #expect(problems.contains { $0.contains("paused") })
        #expect(problems.contains { $0.contains("pdex runs show r1") })
        #expect(await harness.send("GET", "/health/ready", token: nil).status == 200)
    }

    @Test("it is not whole while a run cannot go on and is tried again, after a restart too, until an attempt succeeds")
    func stopped() async throws {
        let harness = try APIHarness()
        harness.night.clinic.rewrite { $0.outages = ["Observation": 1] }
        let job = "nightly-payer-sync"
        let watched = try harness.watching(job)
        let before = await harness.send("GET", "/health/complete", to: watched)
        _ = try? await harness.operations.run(job: job)

        let stopped = await harness.send("GET", "/health/complete", to: watched)
        let restarted = await harness.send("GET", "/health/complete", to: try harness.restarted(watching: job))
        _ = try await harness.operations.run(job: job)
        let after = await harness.send("GET", "/health/complete", to: watched)

        #expect([before, stopped, restarted, after].map(\.status) == [200, 503, 503, 200])
        let problems = stopped.json["problems"]?.elements.compactMap(\.string) ?? []
        #expect(problems.count == 1 && restarted.json["problems"] == stopped.json["problems"])
        #expect(problems.first?.contains("remote.unreachable") == true)
        #expect(problems.first?.contains("the clinic cannot be reached") == true)
    }

    @Test("it is not whole while a run stands whose process has ended; while that works there is nothing to do")
    func abandoned() async throws {
        let cases: [(gone: Set<String>, status: Int)] = [([], 200), (["elsewhere"], 503)]
        for (gone, status) in cases {
            let harness = try APIHarness(gone: gone)
            let run = Run(
                id: "r1", job: "member-data-request", trigger: .schedule, clinic: "clinic0", payer: "med0",
                instant: harness.night.clock.now(), owner: "elsewhere")
            try await harness.night.store.write { try $0.open(run) }

            let answer = await harness.send("GET", "/health/complete")

            #expect(answer.status == status)
            let told = answer.json["problems"]?.elements.contains { $0.string?.contains("run r1") == true }
            #expect(told == (status == 503))
        }
    }
}
