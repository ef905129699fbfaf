import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("From when on an export is asked for")
struct ExportSinceTests {
    @Test(
        "from the time of the last manifest, by the clinic's clock, and not from one of which something was missing (BLK-07)"
    )
    func since() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .bulkExport)
        night.clinic.rewrite { $0.secondsAhead = 120 }
        let first = night.clock.now().adding(milliseconds: 120_000)
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)
        night.clinic.rewrite { $0.strayLines = [#"{"resourceType":"Observation","id":"#] }
        let second = try await night.run("night-2")
        night.clock.advance(seconds: 86_400)
        night.clinic.rewrite { $0.strayLines = [] }
        let third = night.clock.now().adding(milliseconds: 120_000)
        _ = try await night.run("night-3")
        night.clock.advance(seconds: 86_400)

        _ = try await night.run("night-4")

        #expect(second.problems == [.clinicMalformedLine: 1])
        #expect(night.clinic.exportRequests.map(\.since) == [nil, first, first, third])
    }
}
