import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What changed is fetched, and nothing else is taken for granted")
struct IncrementalPullTests {
    private let searchable: Set<String> = ["patient", "_lastUpdated"]

    @Test("a request for one member leaves what the next night asks for everybody else as it was")
    func requestMovesNobodyElse() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.searchParameters = searchable }
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 3600)
        night.clinic.put(try Resource(NamedMember.ada.observation(value: "8.10")))
        night.clock.advance(seconds: 3600)
        _ = try await night.pipeline.request(member: "joe", run: night.firing("request-1"))
        night.clock.advance(seconds: 3600)
        let second = try await night.run("night-2")
        #expect(second.exchanges.acknowledged == 1)
        #expect(second.exchanges.unchanged == 1)
        #expect(second.submitted.bundles == 1)
    }

    @Test("a member who joins the Group later is fetched whole", arguments: [true, false])
    func newcomer(byExport: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: byExport ? .bulkExport : .rosterSearch)
        night.clinic.rewrite { $0.searchParameters = searchable }
        for record in try NamedMember.ada.clinicRecords() { night.clinic.put(record) }
        for record in try NamedMember.ada.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") {
            night.payer.put(record)
        }
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)
        night.clinic.put(try night.group(of: [.joe, .ada]))
        let second = try await night.run("night-2")
        #expect(second.state == .complete)
        #expect(second.exchanges.acknowledged == 1)
        #expect(second.exchanges.unchanged == 1)
        #expect(night.payer.held.values.count { $0.type == "Observation" } == 2)
    }

    @Test("a member who left and came back is fetched from where she was whole, not from the night before")
    func returning() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .bulkExport)
        _ = try await night.run("night-1")
        night.clinic.put(try night.group(of: [.joe]))
        night.clock.advance(seconds: 86_400)
        night.clinic.put(try Resource(NamedMember.ada.observation(value: "8.10")))
        night.clock.advance(seconds: 3600)
        night.clinic.rewrite { $0.unexported = ["ada"] }
        _ = try await night.run("night-2")
        night.clock.advance(seconds: 86_400)
        night.clinic.rewrite { $0.unexported = [] }
        night.clinic.put(try night.group(of: [.joe, .ada]))
        let third = try await night.run("night-3")
        #expect(third.submitted.bundles == 1)
        let values = night.payer.held.values.compactMap { $0["valueQuantity"]?["value"]?.number?.text }
        #expect(values.sorted() == ["7.20", "8.10"])
    }

    @Test("a run by search that goes on after a break asks the next night from when its first part was fetched")
    func brokenRunKeepsEachTime() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite {
            $0.searchParameters = searchable
            $0.unreachable = ["ada"]
        }
        let run = night.firing("night-1")
        await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        night.clock.advance(seconds: 3600)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "9.90")))
        night.clock.advance(seconds: 3600)
        night.clinic.rewrite { $0.unreachable = [] }
        _ = try await night.pipeline.run(run)
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-2")
        let values = night.payer.held.values.compactMap { $0["valueQuantity"]?["value"]?.number?.text }
        #expect(values.contains("9.90"))
    }

    @Test("an overlap before the watermark, which is by the clinic's clock, is asked for again")
    func overlap() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite {
            $0.searchParameters = searchable
            $0.secondsAhead = 120
        }
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-2")
        #expect(
            night.clinic.requests.last { $0.hasPrefix("search Observation") }
                == "search Observation ge2026-06-01T02:12:00.000Z")
    }
}
