import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What did not come whole is never taken for whole")
struct IncompletePullTests {
    @Test("a flaw that a broken-off run met is met again when the run goes on")
    func flawOutlivesBreak() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.strayLines = [#"{"resourceType":"Observation","id":"#]
            $0.outages = ["Patient": 1]
        }
        let run = night.firing("night-1")
        await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        let report = try await night.pipeline.run(run)
        #expect(report.state == .partial)
        #expect(report.problems == [.clinicMalformedLine: 1])
    }

    @Test("a file that breaks off is fetched again at once")
    func fileAgain() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.breaks = ["Observation": 2] }
        let report = try await night.run()
        #expect(report.state == .complete)
        #expect(night.clinic.requests.count { $0 == "download Observation" } == 3)
    }

    @Test("a file that will not come makes the run partial, names it, and costs no other file")
    func fileNever() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.breaks = ["Observation": 3] }
        let first = try await night.run("night-1")
        #expect(first.state == .partial)
        #expect(first.problems == [.remoteIncomplete: 1])
        #expect(first.exchanges.acknowledged == 1)
        night.clock.advance(seconds: 86_400)
        let second = try await night.run("night-2")
        #expect(second.state == .complete)
        #expect(night.payer.held.values.contains { $0.type == "Observation" })
    }

    @Test("status requests that are lost do not end an export")
    func lostPolls() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.lostPolls = 10 }
        let report = try await night.run()
        #expect(report.state == .complete)
        #expect(night.clinic.requests.count { $0 == "export" } == 1)
    }

    @Test("a clinic that is gone for long ends the run, and the export is adopted later")
    func lostForLong() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.lostPolls = 11 }
        let run = night.firing("night-1")
        let fault = await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        #expect(fault?.code == .remoteUnreachable)
        let report = try await night.pipeline.run(run)
        #expect(report.state == .complete)
        #expect(night.clinic.requests.count { $0 == "export" } == 1)
    }

    @Test("next links that lead in a circle are a problem of each patient, wherever they are met", arguments: [1, 50])
    func pagingLoop(size: Int) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite {
            $0.pageSize = size
            $0.pagesLoop = true
        }
        let report = try await night.run()
        #expect(report.problems == [.clinicPagingLoop: 2])
    }

    @Test("pages are walked to their end")
    func pages() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.pageSize = 1 }
        let report = try await night.run()
        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 2)
    }

    @Test(
        "an outcome that speaks of an error makes the run partial; a warning does not",
        arguments: ["error", "fatal", "warning"])
    func outcomes(severity: String) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.outcomeSeverity = severity }
        let report = try await night.run()
        #expect((report.problems[.remoteSearchIncomplete] == nil) == (severity == "warning"))
        #expect((report.notes[.remoteSearchRemark] != nil) == (severity == "warning"))
        #expect((report.state == .complete) == (severity == "warning"))
    }

    @Test("fewer matches than the server announced make the run partial")
    func total() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.statedTotal = 5 }
        let report = try await night.run()
        #expect(report.state == .partial)
        #expect(report.problems[.remoteSearchIncomplete] ?? 0 > 0)
    }

    @Test("a clinic that exports only its whole system is asked for that when the job insists")
    func systemExport() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .bulkExport)
        night.clinic.rewrite {
            $0.offersExport = false
            $0.systemOperations = ["export"]
        }
        for record in try NamedMember.ada.clinicRecords() { night.clinic.put(record) }
        let report = try await night.run()
        #expect(night.clinic.requests.contains("export system"))
        #expect(report.resources.leftOut == [.clinicNotInRoster: 4])
        #expect(report.balanced)
        #expect(report.exchanges.acknowledged == 1)
    }

    @Test(
        "a resource that names no Patient of the clinic is accounted for",
        arguments: [
            #"{"reference":"Patient?identifier=mrn|1"}"#,
            #"{"reference":"urn:uuid:00000000-0000-4000-8000-000000000000"}"#,
            #"{"reference":"https://other.example/Patient/joe"}"#, #"{"display":"somebody"}"#,
        ])
    func unlinked(subject: String) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        let stray = #"{"resourceType":"Observation","id":"stray","status":"final","subject":"# + subject + "}"
        night.clinic.put(try Resource(parsing: Array(stray.utf8)))
        let report = try await night.run()
        #expect(report.resources.leftOut == [.clinicUnlinked: 1])
        #expect(report.balanced)
    }

    @Test("a replay from the pull is refused where the clinic did not give everything, and nothing is made of it")
    func replayed() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let old = try #require(try await Self.exchanges(night).first)
        night.clock.advance(seconds: 3600)
        night.clinic.rewrite { $0.refusals = ["Observation": .authForbidden] }

        let fault = await #expect(throws: Fault.self) {
            _ = try await night.pipeline.replay(old, run: night.firing("again"), from: .pull)
        }
        night.clinic.rewrite { $0.refusals = [:] }
        let made = try await Self.exchanges(night)
        let whole = try await night.pipeline.replay(old, run: night.firing("again-2"), from: .pull)

        #expect(fault?.code == .exchangeNotReplayable)
        #expect(fault?.message == "the pull was not whole: auth.forbidden")
        #expect(made.map(\.id) == [old.id])
        #expect(whole.state == .acknowledged && whole.replayOf == old.id)
    }

    private static func exchanges(_ night: Night) async throws -> [Exchange] {
        try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 9) }
    }

    @Test("a member of the Group who is not named by a Patient of the clinic is noted")
    func strangeMember() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.put(try night.group(of: [.joe], also: [["entity": ["identifier": ["value": "1"]]]]))
        let report = try await night.run()
        #expect(report.notes == [.clinicUnlinked: 1])
        #expect(report.state == .complete)
    }
}
