import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("An export that is offered and cannot be had")
struct GivenUpExportTests {
    /// What a clinic may do to an export.
    static let troubles: [@Sendable (inout ScriptedClinic.Script) -> Void] = [
        { $0.refusedStart = Fault(.remoteRefused, .halt, "clinic0 answered 400", httpStatus: 400) },
        { $0.refusedStart = Fault(.remoteRefused, .halt, "clinic0 answered 404", httpStatus: 404) },
        { $0.refusedStart = Fault(.remoteRefused, .halt, "clinic0 answered 405", httpStatus: 405) },
        { $0.refusedStart = Fault(.authForbidden, .halt, "clinic0 answered 403", httpStatus: 403) },
        { $0.refusedStart = Fault(.remoteFailed, .retry, "clinic0 answered 501", httpStatus: 501) },
        { $0.failedPolls = 1 },
        { $0.stalls = true },
    ]

    @Test("is replaced by searches when the job leaves the way open, and the run says so", arguments: troubles.indices)
    func searches(trouble: Int) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .auto)
        night.clinic.rewrite(Self.troubles[trouble])

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 2)
        #expect(report.notes == [.clinicExportGivenUp: 1])
        #expect(night.clinic.requests.contains("search Encounter"))
    }

    @Test("ends the run when the job insists on it", arguments: troubles.indices)
    func insists(trouble: Int) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .bulkExport)
        night.clinic.rewrite(Self.troubles[trouble])

        await #expect(throws: Fault.self) { try await night.run() }

        #expect(!night.clinic.requests.contains("search Encounter"))
    }

    @Test("is deleted at the clinic when it failed or took too long", arguments: [5, 6])
    func drops(trouble: Int) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .auto)
        night.clinic.rewrite(Self.troubles[trouble])

        _ = try await night.run()

        #expect(night.clinic.requests.count { $0 == "finish" } == 1)
        #expect(
            try await night.store.read { try $0.exportUnderWay(source: "clinic0", job: "nightly-payer-sync") } == nil)
    }

    @Test("is not tried again by a run that broke off while it searched, but by the next one")
    func remembers() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .auto)
        night.clinic.rewrite {
            $0.failedPolls = 1
            $0.unreachable = ["joe"]
        }
        let run = night.firing("night-1")

        await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        night.clinic.rewrite { $0.unreachable = [] }
        let report = try await night.pipeline.run(run)
        let exports = night.clinic.requests.count { $0 == "export" }
        let next = try await night.run("night-2")

        #expect(report.state == .complete)
        #expect(report.notes == [.clinicExportGivenUp: 1])
        #expect(exports == 1)
        #expect(next.notes == [:])
        #expect(night.clinic.requests.count { $0 == "export" } == 2)
    }

    @Test("ends the run where there is nobody to search for, or a filter that only an export has")
    func cannotSearch() async throws {
        let filtered = try Night(
            [.joe], mappings: usCoreMappings, by: .auto, typeFilters: ["Observation?code:in=x"])
        let untold = try Night([.joe], mappings: usCoreMappings, by: .auto)
        untold.clinic.rewrite { $0.refusedReads = ["Group": .authForbidden] }
        for night in [filtered, untold] {
            night.clinic.rewrite { $0.failedPolls = 1 }

            let fault = await #expect(throws: Fault.self) { try await night.run() }

            #expect(fault?.code == .clinicExportFailed)
        }
    }

    @Test("what says nothing of exports ends no export: a refused token, a busy clinic, one that is down")
    func keepsWaiting() async throws {
        for fault in [
            Fault(.authTokenRefused, .halt, "401"), Fault(.remoteThrottled, .retry, "429", retryAfterSeconds: 9999),
            Fault(.remoteFailed, .retry, "500", httpStatus: 500), Fault(.remoteUnreachable, .retry, "gone"),
        ] {
            let night = try Night([.joe], mappings: usCoreMappings, by: .auto)
            night.clinic.rewrite { $0.refusedStart = fault }

            let thrown = await #expect(throws: Fault.self) { try await night.run() }

            #expect(thrown?.code == fault.code)
            #expect(!night.clinic.requests.contains("search Encounter"))
        }
    }
}
