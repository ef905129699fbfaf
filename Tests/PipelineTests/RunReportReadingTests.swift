import FHIR
import PDex
import Testing

@testable import Pipeline

@Suite("A report as the store keeps it")
struct RunReportReadingTests {
    @Test("is read back as it was written, with what stopped the run; but for its examples")
    func roundTrip() {
        var report = RunReport(run: "r1", job: "nightly", state: .partial)
        report.pulled = .init(resources: 1, patients: 2, bytes: 3, requests: 4)
        report.exchanges = .init(
            acknowledged: 1, unmatched: 2, withheld: [.consentDenied: 3], parked: [.payerRefused: 4],
            cancelled: [.superseded: 5], retrying: 6, unchanged: 7)
        report.resources = .init(examined: 10, sent: 1, unchanged: 2, waiting: 3, leftOut: [.mappingSkipped: 4])
        report.submitted = .init(bundles: 8, entries: 9)
        report.problems = [.clinicFileGone: 1]
        report.notes = [.retracted: 2]
        report.conformance = ["Observation.status binding.required": 3]
        report.seconds = 2.41
        report.fault = Obstacle(
            Fault(.remoteTimeout, .retry, "no answer of clinic-0 came.", hint: "Ask again."), among: ["clinic-0"])

        #expect(report.fault?.server == "clinic-0")
        #expect(RunReport(json: report.json) == report)
    }

    @Test("is none where there is nothing, or something else", arguments: ["{}", "[]", #"{"run": "r", "job": "j"}"#])
    func other(text: String) throws {
        #expect(RunReport(json: try JSONParser.parse(text)) == nil)
    }

    @Test("of what stopped a run, no part of a word counts as a server")
    func servers() {
        let fault = Fault(.remoteUnreachable, .retry, "the clinic's med01 and med0-test are away; med0 is not")

        #expect(Obstacle(fault, among: ["clinic", "med0"]).server == "clinic")
        #expect(Obstacle(fault, among: ["med0", "test"]).server == "med0")
        #expect(Obstacle(fault, among: ["med"]).server == nil)
    }
}
