import FHIR
import FHIRClient
import Foundation
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
        #expect(
            sheet.text.contains(
                "\nfrom                 where each patient was whole last, and the beginning every 7 days\n"))
        #expect(sheet.json["since-whole"] == true)
    }

    @Test("a search for everything is told as such, whatever the clinic could narrow")
    func searchForAll() async throws {
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0", by: .rosterSearch, since: .all)
        night.clinic.rewrite { $0.searchParameters = ["patient", "_lastUpdated"] }
        let sheet = try await Self.sheet(of: night)
        #expect(sheet.text.contains("\nfrom                 the beginning\n"))
        #expect(sheet.text.contains("\n  Observation        all of it, every time\n"))
        #expect(sheet.json["since-whole"] == false)
    }

    @Test("a search from an instant on is told with the instant, and dates without an overlap")
    func searchSince() async throws {
        let instant = try #require(Instant("2026-01-31T00:00:00Z"))
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0", by: .rosterSearch, since: .instant(instant))
        night.clinic.rewrite { $0.searchParameters = ["patient", "date"] }
        let sheet = try await Self.sheet(of: night)
        #expect(sheet.text.contains("\nfrom                 2026-01-31T00:00:00.000Z, as the job says\n"))
        #expect(sheet.text.contains("\n  Observation        what was done since (date)\n"))
        #expect(sheet.json["since"]?.string == "2026-01-31T00:00:00.000Z")
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
            (.transaction, "deliver: { as: put }", ["put"]),
            (.bulkSubmit, "deliver: { as: put }", ["put"]),
        ] as [(ExchangeTerms.Delivery.Kind, String, [String])])
    func notListed(kind: ExchangeTerms.Delivery.Kind, advice: String, others: [String]) async throws {
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0", limitedPayer: true, delivery: kind)
        let fault = await #expect(throws: Fault.self) { _ = try await night.run() }

        let sheet = try await Self.sheet(of: night)

        let missing = sheet.json["delivery"]?["not-listed"]?.elements.compactMap(\.string) ?? []
        #expect(!missing.isEmpty && fault?.message == "med0 does not offer \(missing.joined(separator: ", "))")
        #expect(sheet.text.contains("\n  not listed  \(missing.joined(separator: ", "))\n"))
        #expect(
            sheet.text.hasSuffix(
                "\n  instead     \(advice)  in every job from clinic0 to med0, which have to agree: all that it needs is listed"
            ))
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

    @Test(
        "what is wrong with a drop folder is told as the run tells it, and nothing of one that is right",
        arguments: [
            (nil, "is not there"), (0o777, "may be written by others than its owner"), (0o700, nil),
        ] as [(Int?, String?)])
    func folder(mode: Int?, flaw: String?) async throws {
        let night = try Night([.joe], mappings: "mappings/us-core-6.1.0", delivery: .fileDrop)
        let place = FileManager.default.temporaryDirectory.path + "/pdex-plan-\(UInt64.random(in: 0 ... .max))"
        if let mode {
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: place)
        }
        defer { try? FileManager.default.removeItem(atPath: place) }
        let payer = DropPayer(night.payer, name: "med0", folder: place, clock: night.clock)
        let digests = Digests { SHA256.hash($0) }
        let pipeline = ExchangePipeline(
            terms: night.pipeline.terms, clinic: night.clinic, payer: payer, store: night.store,
            mappings: try LoadedMappings.set(in: "mappings/us-core-6.1.0", digests: digests),
            identities: night.identities, clock: night.clock, random: { 0.5 }, owner: "tests")

        let sheet = try await Self.sheet(of: pipeline)
        var refusal: Fault?
        do { _ = try await pipeline.run(night.firing("night-1")) } catch { refusal = error as? Fault }

        #expect(refusal?.message == flaw.map { "The drop folder of med0 \($0)." })
        let told = refusal.map {
            "\n  in the way  payer.folder-unusable: \($0.message)\n  do          \($0.hint ?? "")"
        }
        #expect(told.map(sheet.text.hasSuffix) ?? !sheet.text.contains("in the way"))
        #expect(sheet.json["delivery"]?["offered"] == .bool(flaw == nil))
        #expect(sheet.json["delivery"]?["fault"] == (flaw == nil ? JSONValue.null : "payer.folder-unusable"))
    }

    private static func sheet(of night: Night) async throws -> PlanSheet { try await sheet(of: night.pipeline) }

    private static func sheet(of pipeline: ExchangePipeline) async throws -> PlanSheet {
        PlanSheet(
            outlook: try await pipeline.outlook(),
            delivery: DeliverySheet(outlook: try await pipeline.deliveryOutlook()))
    }
}
