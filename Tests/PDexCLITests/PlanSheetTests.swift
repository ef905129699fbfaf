import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import PDexCLI

@Suite("The plan on paper")
struct PlanSheetTests {
    @Test("an export is told with its reasons and the clinic's time from when on")
    func export() async throws {
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0")
        _ = try await night.run()
        let sheet = PlanSheet(outlook: try await night.pipeline.outlook())
        #expect(
            sheet.text == """
                job         nightly-payer-sync
                clinic      clinic0
                way         bulk export of Group/med0-members
                  because   Group/[id]/$export is offered
                  because   one export asks less than a search a patient and type
                  because   should it be refused or come to nothing, patients are searched
                from        2026-06-01T02:15:00.000Z, by the clinic's clock
                provenance  not offered: nothing of the clinic's own is sent
                one member  one search a patient and type
                  because   a single member is searched, type by type
                """)
        #expect(sheet.json["way"]?.string == "group-export")
        #expect(sheet.json["since"]?.string == "2026-06-01T02:15:00.000Z")
    }

    @Test("in the clinic's quiet hours it says when a run would begin")
    func quietHours() async throws {
        let end = try #require(Instant("2026-06-01T17:00:00Z"))
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0", quietUntil: { _ in end })
        let sheet = PlanSheet(outlook: try await night.pipeline.outlook())
        #expect(sheet.text.contains("\nbegins      2026-06-01T17:00:00.000Z, when its quiet hours end\n"))
        #expect(sheet.json["quiet-until"]?.string == "2026-06-01T17:00:00.000Z")
    }

    @Test("a search is told type by type")
    func search() async throws {
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0", by: .rosterSearch)
        night.clinic.rewrite { $0.searchParameters = ["patient", "_lastUpdated"] }
        let sheet = PlanSheet(outlook: try await night.pipeline.outlook())
        #expect(sheet.text.contains("\n  Observation        what was written since (_lastUpdated)\n"))
        #expect(sheet.json["narrowing"]?["Observation"]?.string == "what was written since (_lastUpdated)")
    }

    @Test(
        "how the clinic's Provenance comes is told",
        arguments: [
            (.bulkExport, [], false, "with the export"), (.rosterSearch, [], true, "beside each search (_revinclude)"),
            (.rosterSearch, ["target"], false, "searched by what it speaks of (target)"),
            (.rosterSearch, ["patient"], false, "not offered: nothing of the clinic's own is sent"),
        ] as [(ExchangeTerms.Selection.Method, Set<String>, Bool, String)])
    func provenance(
        by method: ExchangeTerms.Selection.Method, parameters: Set<String>, comesAlong: Bool, words: String
    ) async throws {
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0", by: method)
        night.clinic.rewrite {
            $0.provenanceParameters = parameters
            $0.offersRevInclude = comesAlong
        }
        let sheet = PlanSheet(outlook: try await night.pipeline.outlook())
        let line = sheet.text.split(separator: "\n").first { $0.hasPrefix("provenance ") }
        #expect(line?.split(separator: " ").dropFirst().joined(separator: " ") == words)
    }
}
