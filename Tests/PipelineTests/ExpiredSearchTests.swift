import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Searches that are forgotten on the way")
struct ExpiredSearchTests {
    @Test("a search that is forgotten is begun again, and nothing is missing")
    func again() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite {
            $0.outcomeSeverity = "information"
            $0.pageSize = 1
            $0.expiredPages = 1
        }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 2)
    }

    @Test("forgotten twice it is a problem, once, and costs no other search")
    func twice() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite {
            $0.outcomeSeverity = "information"
            $0.pageSize = 1
            $0.expiredPages = 2
        }

        let report = try await night.run()

        #expect(report.problems == [.remoteSearchExpired: 1])
        #expect(report.state == .partial)
        #expect(report.exchanges.acknowledged == 1)
    }
}
