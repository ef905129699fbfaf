import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("What an export is asked for, and what it gives beside it")
struct ExportParametersTests {
    @Test("the job's filters go along, and what the clinic refuses is a note and no problem")
    func notesRefusals() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, typeFilters: ["Observation?category=laboratory"])
        night.clinic.rewrite { $0.droppedParameters = [.typeFilter] }

        let report = try await night.run()

        #expect(night.clinic.exportRequests.map(\.typeFilters) == [["Observation?category=laboratory"]])
        #expect(report.notes == [.clinicParameterRefused: 1])
        #expect(report.state == .complete)
    }

    @Test(
        "what changed after the job's end of time is not sent, whether the clinic leaves it out, refuses to, or is searched",
        arguments: [
            (ExchangeTerms.Selection.Method.bulkExport, []), (.bulkExport, [.until]), (.rosterSearch, []),
        ] as [(ExchangeTerms.Selection.Method, [ExportStart.Parameter])])
    func endsInTime(method: ExchangeTerms.Selection.Method, refused: [ExportStart.Parameter]) async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, by: method, until: Instant("2026-06-01T02:15:00Z"))
        night.clinic.rewrite { $0.droppedParameters = refused }
        for record in try NamedMember.joe.clinicRecords() {
            night.clinic.put(try Self.updated(record, "2026-06-01T02:15:00Z"))
        }
        night.clock.advance(seconds: 3600)
        night.clinic.put(try Self.updated(Resource(NamedMember.joe.observation(value: "9.90")), "2026-06-01T03:15:00Z"))

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(report.balanced)
        #expect(night.payer.held.values.contains { $0.type == "Encounter" })
        #expect(!night.payer.held.values.contains { $0.type == "Observation" })
        #expect(report.notes[.clinicParameterRefused] == (refused.isEmpty ? nil : 1))
        #expect(night.clinic.exportRequests.allSatisfy { $0.until == Instant("2026-06-01T02:15:00Z") })
    }

    @Test("a job whose end of time is moved begins anew, so that what lay behind it comes")
    func movesEnd() throws {
        func scope(_ until: String?, _ data: [String] = []) -> String {
            PullScope.export(
                ExchangeTerms.Selection(
                    method: .auto, group: "g", types: ["Patient"], since: .lastSuccess,
                    until: until.flatMap { Instant($0) }, associatedData: data))
        }

        let scopes = [
            scope(nil), scope("2026-01-01T00:00:00Z"), scope("2026-02-01T00:00:00Z"),
            scope(nil, ["LatestProvenanceResources"]),
        ]

        #expect(Set(scopes).count == scopes.count)
    }

    @Test("what comes along is asked for by name")
    func asksForProvenance() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, associatedData: ["LatestProvenanceResources"])
        night.clinic.rewrite { $0.provenanceParameters = [] }

        let report = try await night.run()

        #expect(night.clinic.exportRequests.map(\.associatedData) == [["LatestProvenanceResources"]])
        // A list of types without it would silently leave it out (BLK-12).
        #expect(night.clinic.exportRequests.allSatisfy { $0.types.contains("Provenance") })
        #expect(report.state == .complete)
    }

    @Test("files that are organized by patient are read without their headers (BLK-14)")
    func organized() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.clinic.rewrite { $0.organizes = true }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 2)
    }

    @Test("the note outlives a break of the run")
    func notesAgain() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.droppedParameters = [.associatedData]
            $0.outages = ["Patient": 1]
        }
        let run = night.firing("night-1")

        await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        let report = try await night.pipeline.run(run)

        #expect(night.clinic.exportRequests.count == 1)
        #expect(report.notes == [.clinicParameterRefused: 1])
    }

    @Test("a clinic that refuses since exports everything, and nobody is taken for a newcomer")
    func withoutSince() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        night.clinic.rewrite { $0.droppedParameters = [.since] }
        night.clock.advance(seconds: 86_400)
        for record in try NamedMember.ada.clinicRecords() { night.clinic.put(record) }
        night.clinic.put(try night.group(of: [.joe, .ada]))

        let report = try await night.run("night-2")

        #expect(report.state == .complete)
        #expect(report.exchanges.unchanged == 1)
        #expect(report.notes == [.clinicParameterRefused: 1])
        #expect(night.clinic.requests.contains { $0.hasPrefix("search") } == false)
    }

    @Test("where types cannot be asked for, the files of others are not downloaded, and noted")
    func otherTypes() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.put(
            try Resource(["resourceType": "Claim", "id": "bill", "patient": ["reference": "Patient/joe"]]))
        night.clinic.rewrite { $0.droppedParameters = [.type] }

        let report = try await night.run()

        #expect(night.clinic.requests.contains("download Claim") == false)
        #expect(report.notes == [.clinicTypeNotAsked: 1, .clinicParameterRefused: 1])
        #expect(report.state == .complete)
    }

    @Test("a resource that lacks elements takes no complete one's place, is not sent, and makes the run partial")
    func subsetted() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let whole = try #require(night.payer.held.values.first { $0.type == "Observation" })
        night.clock.advance(seconds: 86_400)
        let line = #"{"resourceType":"Observation","id":"joe-bp","meta":{"tag":[{"code":"SUBSETTED"}]}}"#
        night.clinic.rewrite { $0.strayLines = [line] }

        let report = try await night.run("night-2")

        #expect(report.problems == [.clinicSubsetted: 1])
        #expect(report.state == .partial)
        #expect(night.payer.held.values.first { $0.type == "Observation" } == whole)
    }

    private static func updated(_ resource: Resource, _ time: String) throws -> Resource {
        var json = resource.json
        json["meta"] = ["lastUpdated": .string(time)]
        return try Resource(.object(json))
    }
}
