import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("A job's filters")
struct TypeFilterTests {
    @Test(
        "what a filter finds is told without the clinic",
        arguments: [
            ("Observation?category=laboratory", true), ("Observation?category=exam,laboratory", true),
            ("Observation?category=exam", false), ("Observation?category=urn:c|laboratory", true),
            ("Observation?category=urn:d|laboratory", false), ("Observation?category=urn:c|", true),
            ("Observation?category=|laboratory", false), ("Observation?status=final", true),
            ("Observation?status=final&category=exam", false), ("Observation?status=|final", true),
            ("Observation?code=4548-4", true), ("Observation?date=ge2026-05-01", true),
            ("Observation?date=lt2026-05-01", false), ("Observation?date=ge2026-05-01&date=lt2026-05-04", false),
            ("Observation?date=2026-05", true), ("Observation?_lastUpdated=gt2026-05-05", true),
            ("Observation?_lastUpdated=le2026-05-01", false), ("Observation?type=x", false),
        ])
    func finds(filter: String, finds: Bool) throws {
        let resource = try Resource(parsing: Array(Self.observation.utf8))
        let scan = try ResourceScan.scan(Array(Self.observation.utf8))
        let filter = try #require(TypeFilter(filter))

        #expect(filter.finds(resource, updated: scan.lastUpdated, scan) == finds)
    }

    @Test(
        "a filter that only the clinic can apply is known as one",
        arguments: [
            "Observation?code:in=x", "Observation?value-quantity=gt5", "MedicationRequest?code=1",
            "Observation?date=ne2026", "Observation?category=a%2Cb", #"Observation?category=a\,b"#,
            "Observation?category=", "Condition?date=ge2026",
        ])
    func foreign(filter: String) {
        #expect(TypeFilter(filter) == nil)
        #expect(!TypeFilters([filter]).areLocal)
    }

    @Test(
        "no more is sent of a clinic that is searched, or refuses the parameter, than of one that takes it",
        arguments: [ExchangeTerms.Selection.Method.bulkExport, .rosterSearch])
    func sendsNoMore(method: ExchangeTerms.Selection.Method) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: method, typeFilters: ["Observation?status=amended"])
        night.clinic.rewrite { $0.droppedParameters = [.typeFilter] }

        let report = try await night.run()

        #expect(report.resources.leftOut == [.jobFilteredOut: 1])
        #expect(report.balanced)
        #expect(!night.payer.held.values.contains { $0.type == "Observation" })
        #expect(night.payer.held.values.contains { $0.type == "Encounter" })
    }

    @Test("a job whose filters nobody applies sends nothing", arguments: [true, false])
    func refuses(exports: Bool) async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, by: exports ? .bulkExport : .rosterSearch,
            typeFilters: ["Observation?value-quantity=gt5"])
        night.clinic.rewrite { $0.droppedParameters = [.typeFilter] }

        let fault = await #expect(throws: Fault.self) { try await night.run() }

        #expect(fault?.code == .clinicCapability)
        #expect(!night.payer.held.values.contains { $0.type == "Patient" })
        #expect(night.clinic.requests.suffix(2) == (exports ? ["export", "finish"] : ["read Group"]))
    }

    @Test("a clinic that takes a filter of its own is exported whole every time")
    func accepted() async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, by: .bulkExport, typeFilters: ["Observation?value-quantity=gt5"])
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)

        let report = try await night.run("night-2")

        #expect(report.state == .complete)
        #expect(night.clinic.exportedSince == [nil, nil])
    }

    private static let observation = """
        {"resourceType":"Observation","id":"o","meta":{"lastUpdated":"2026-05-06T12:00:00Z"},"status":"final",
         "category":[{"coding":[{"system":"urn:c","code":"laboratory"}]}],
         "code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"effectiveDateTime":"2026-05-04T09:00:00Z"}
        """
}
