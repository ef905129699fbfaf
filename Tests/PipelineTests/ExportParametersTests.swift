import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

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
}
