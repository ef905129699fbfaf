import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What is wrong with one patient")
struct PoisonedPatientTests {
    private static let six = (1...6).map {
        NamedMember("p\($0)", "Ann\($0)", "Vale\($0)", born: "1980-01-0\($0)", memberID: "M0-\($0)")
    }

    @Test(
        "one patient whose data cannot be had is that patient's problem; the others are delivered",
        arguments: [
            FaultCode.remoteMalformed, .remoteTooLarge, .remotePolicy, .clinicPagingLoop, .remoteFailed,
            .remoteIncomplete,
        ], ["Patient ada", "Observation ada"])
    func one(code: FaultCode, place: String) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        let disposition: Disposition = code == .remoteIncomplete ? .retry : .halt
        night.clinic.rewrite { $0.poisons = [place: Fault(code, disposition, "poison")] }

        let report = try await night.run()

        #expect(report.state == .partial)
        #expect(report.problems == [code: 1])
        #expect(report.exchanges.acknowledged == 1)
    }

    @Test("a Patient that is refused costs no other patient", arguments: [FaultCode.authForbidden, .remoteRefused])
    func refused(code: FaultCode) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.poisons = ["Patient ada": Fault(code, .halt, "refused")] }

        let report = try await night.run()

        #expect(report.problems == [code: 1])
        #expect(report.exchanges.acknowledged == 1)
    }

    @Test("five patients in a row of whom none comes end the run")
    func five() async throws {
        let night = try Night(Self.six, mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.refusals = ["Patient": .authForbidden] }

        let fault = await #expect(throws: Fault.self) { try await night.run() }

        #expect(fault?.code == .authForbidden)
    }

    @Test("a request for one member ends with what is wrong with that member", arguments: [Disposition.halt, .retry])
    func onDemand(disposition: Disposition) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.poisons = ["Observation joe": Fault(.remoteFailed, disposition, "poison")] }

        let fault = await #expect(throws: Fault.self) {
            try await night.pipeline.request(member: "joe", run: night.firing("request-1"))
        }

        #expect(fault?.code == .remoteFailed)
    }

    @Test("our own trouble is nobody's problem: the run ends", arguments: [FaultCode.authTokenRefused, .keyMissing])
    func ours(code: FaultCode) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.poisons = ["Observation ada": Fault(code, .halt, "ours")] }

        let fault = await #expect(throws: Fault.self) { try await night.run() }

        #expect(fault?.code == code)
    }

    @Test("a type that is refused for one patient is still asked for the others")
    func typeOfOne() async throws {
        let night = try Night(Self.six, mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.poisons = ["Observation p1": Fault(.authForbidden, .halt, "refused")] }

        let report = try await night.run()

        #expect(report.problems == [.authForbidden: 1])
        #expect(night.payer.held.values.count { $0.type == "Observation" } == 5)
    }

    @Test("a type that was refused for three patients is not asked for any more, and every patient is counted")
    func typeOfAll() async throws {
        let members = (1...9).map {
            NamedMember("p\($0)", "Ann\($0)", "Vale\($0)", born: "1980-01-0\($0)", memberID: "M0-\($0)")
        }
        let night = try Night(members, mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.refusals = ["Observation": .authForbidden] }

        let report = try await night.run()

        #expect(report.problems == [.authForbidden: 9])
        #expect(3...6 ~= night.clinic.asked("Observation").count)
        #expect(report.exchanges.acknowledged == 9)
    }

    @Test("a clinic that asks for more than an hour's patience leaves the run open, to be gone on with")
    func patience() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        let busy = Fault(.remoteThrottled, .retry, "busy", retryAfterSeconds: 7200)
        night.clinic.rewrite { $0.poisons = ["Observation joe": busy] }
        let run = night.firing("night-1")

        let fault = await #expect(throws: Fault.self) { try await night.pipeline.run(run) }

        #expect(fault?.code == .remoteThrottled)
        #expect(night.clock.now() < run.instant.adding(milliseconds: 3_600_000))
        night.clinic.rewrite { $0.poisons = [:] }
        #expect(try await night.pipeline.run(run).state == .complete)
    }
}
