import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("An export outlives the run that started it")
struct AdoptedExportTests {
    @Test("what did not come is fetched by the next run from the same export")
    func adopts() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.breaks = ["Observation": 3] }
        let first = try await night.run("night-1")
        night.clock.advance(seconds: 3600)

        let second = try await night.run("night-2")

        #expect(first.state == .partial)
        #expect(second.state == .complete)
        #expect(night.clinic.requests.count { $0 == "export" } == 1)
        #expect(night.clinic.requests.count { $0 == "finish" } == 1)
        #expect(try await night.exportUnderWay() == nil)
    }

    @Test("a run that fails on our side leaves its export to the next one")
    func survivesFailure() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.outages = ["Observation": 1] }
        await #expect(throws: Fault.self) { try await night.run("night-1") }
        try await night.store.write { try $0.close("night-1", as: .failed, summary: []) }

        let report = try await night.run("night-2")

        #expect(report.state == .complete)
        #expect(night.clinic.requests.count { $0 == "export" } == 1)
    }

    @Test("an export of half a day ago is dropped before a new one is asked for")
    func dropsOld() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.breaks = ["Observation": 3] }
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 12 * 3600)

        let report = try await night.run("night-2")

        let order = night.clinic.requests.filter { ["export", "finish"].contains($0) }
        #expect(report.state == .complete)
        #expect(order == ["export", "finish", "export", "finish"])
    }

    @Test("an export that asked for something else is dropped before a new one is asked for")
    func dropsOther() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        let terms = night.pipeline.terms
        let other = ExportUnderWay(
            source: terms.clinic.name, job: terms.job, request: "something else", statusURL: "status/old", since: nil,
            dropped: [], started: night.clock.now())
        try await night.store.write { try $0.keep(other) }

        let report = try await night.run()

        let order = night.clinic.requests.filter { ["export", "finish"].contains($0) }
        #expect(report.state == .complete)
        #expect(order == ["finish", "export", "finish"])
    }

    @Test("an export that does not hold a member who has joined since is not gone on with")
    func dropsWhenSomebodyJoined() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.breaks = ["Observation": 3] }
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 3600)
        for record in try NamedMember.ada.clinicRecords() { night.clinic.put(record) }
        night.clinic.put(try night.group(of: [.joe, .ada]))

        let report = try await night.run("night-2")

        let order = night.clinic.requests.filter { ["export", "finish"].contains($0) }
        #expect(report.state == .complete)
        #expect(order == ["export", "finish", "export", "finish"])
    }

    @Test("a dry run drops its export however it ends, and keeps none")
    func dryRun() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.outages = ["Observation": 1] }
        let run = Run(
            id: "look", job: night.pipeline.terms.job, trigger: .dryRun, clinic: "clinic0", payer: "med0",
            instant: night.clock.now())

        await #expect(throws: Fault.self) { try await night.pipeline.run(run, dryRun: true) }

        #expect(night.clinic.requests.last == "finish")
        #expect(try await night.exportUnderWay() == nil)
    }

    @Test("a run that is stopped and will be gone on with keeps its export")
    func keepsWhenStopped() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.outages = ["Observation": 1] }

        await #expect(throws: Fault.self) { try await night.run() }

        #expect(night.clinic.requests.contains("finish") == false)
        #expect(try await night.exportUnderWay()?.statusURL == night.clinic.base + "/status/1")
    }
}

extension Night {
    fileprivate func exportUnderWay() async throws -> ExportUnderWay? {
        let terms = pipeline.terms
        return try await store.read { try $0.exportUnderWay(source: terms.clinic.name, job: terms.job) }
    }
}
