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
        let sheet = try await Self.sheet(of: night)
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
                payer       med0
                delivery    transaction
                  because   a bundle is applied whole or not at all
                  because   its /metadata lists transaction, and updates under ids that we choose, for the 7 types that go
                  at most   200 entries and 5.0 MB a bundle, 2 at once
                """)
        #expect(sheet.json["way"]?.string == "group-export")
        #expect(sheet.json["since"]?.string == "2026-06-01T02:15:00.000Z")
    }

    @Test("in the clinic's quiet hours it says when a run would begin")
    func quietHours() async throws {
        let end = try #require(Instant("2026-06-01T17:00:00Z"))
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0", quietUntil: { _ in end })
        let sheet = try await Self.sheet(of: night)
        #expect(sheet.text.contains("\nbegins      2026-06-01T17:00:00.000Z, when its quiet hours end\n"))
        #expect(sheet.json["quiet-until"]?.string == "2026-06-01T17:00:00.000Z")
    }

    @Test("a search is told type by type")
    func search() async throws {
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0", by: .rosterSearch)
        night.clinic.rewrite { $0.searchParameters = ["patient", "_lastUpdated"] }
        let sheet = try await Self.sheet(of: night)
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
        let sheet = try await Self.sheet(of: night)
        let line = sheet.text.split(separator: "\n").first { $0.hasPrefix("provenance ") }
        #expect(line?.split(separator: " ").dropFirst().joined(separator: " ") == words)
    }

    @Test(
        "what the payer does not list is told before a run finds it out, with what would do",
        arguments: [
            (.transaction, "deliver: { as: put }  in the job: all that it needs is listed", ["put"]),
            (.bulkSubmit, "deliver: { as: put }  in the job: all that it needs is listed", ["put"]),
        ] as [(ExchangeTerms.Delivery.Kind, String, [String])])
    func notListed(kind: ExchangeTerms.Delivery.Kind, advice: String, others: [String]) async throws {
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0", limitedPayer: true, delivery: kind)
        let fault = await #expect(throws: Fault.self) { _ = try await night.run() }

        let sheet = try await Self.sheet(of: night)

        let missing = sheet.json["delivery"]?["not-listed"]?.elements.compactMap(\.string) ?? []
        #expect(!missing.isEmpty && fault?.message == "med0 does not offer \(missing.joined(separator: ", "))")
        #expect(sheet.text.contains("\n  not listed  \(missing.joined(separator: ", "))\n"))
        #expect(sheet.text.hasSuffix("\n  instead     \(advice)"))
        #expect(sheet.json["delivery"]?["offered"] == false)
        #expect(sheet.json["delivery"]?["instead"]?.elements.compactMap(\.string) == others)
    }

    @Test(
        "each way of delivering is told with what it means, its limits and what would be better",
        arguments: [
            (
                .batch, 10, ["a bundle is applied entry by entry", "lists batch", "transaction is listed, too"],
                "10/s, "
            ),
            (.put, 0.5, ["one request a resource", "lists updates", "transaction is listed, too"], "30/m, "),
            (.fileDrop, nil, ["nothing of its server is needed"], ""),
        ] as [(ExchangeTerms.Delivery.Kind, Double?, [String], String)])
    func deliveries(kind: ExchangeTerms.Delivery.Kind, rate: Double?, words: [String], paced: String) async throws {
        let night = try Night(
            [.joe], mappings: "mappings/us-core-6.1.0", maxEntries: 50, maxBytes: 1_000_000, perSecond: rate,
            delivery: kind)

        let sheet = try await Self.sheet(of: night)

        let reasons = sheet.json["delivery"]?["because"]?.elements.compactMap(\.string) ?? []
        #expect(reasons.count == words.count)
        #expect(zip(reasons, words).allSatisfy { $0.contains($1) })
        #expect(sheet.text.hasSuffix("\n  at most   50 entries and 1.0 MB a bundle, \(paced)2 at once"))
        #expect(sheet.json["delivery"]?["offered"] == true)
    }

    @Test("a payer that cannot be asked is told as such, beside the plan for the clinic")
    func silent() async throws {
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0")
        night.payer.hide(.init(.remoteUnreachable, .retry, "med0 cannot be reached"))

        let sheet = try await Self.sheet(of: night)

        #expect(sheet.text.contains("\nway          bulk export of Group/med0-members\n"))
        #expect(sheet.text.hasSuffix("\n  not known  remote.unreachable: med0 cannot be reached"))
        #expect(sheet.json["delivery"]?["offered"] == JSONValue.null)
    }

    private static func sheet(of night: Night) async throws -> PlanSheet {
        PlanSheet(
            outlook: try await night.pipeline.outlook(),
            delivery: DeliverySheet(outlook: try await night.pipeline.deliveryOutlook()))
    }
}
