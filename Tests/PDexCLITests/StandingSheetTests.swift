import FHIR
import PDex
import Pipeline
import Testing

@testable import PDexCLI

@Suite("What pdex runs show tells of a run")
struct StandingSheetTests {
    private static let fault = Fault(
        .remoteRefused, .halt, "clinic0 answered 400 to a kick-off.", hint: "Compare it with the CapabilityStatement.")

    @Test("of one that failed: what stopped it, at which server, and what to do next")
    func failed() {
        var report = RunReport(run: "r1", job: "nightly", state: .failed)
        report.problems = [.remoteRefused: 1]
        report.fault = Obstacle(Self.fault, among: ["clinic0", "med0"])
        let sheet = StandingSheet(run: Self.run(.failed, report), tally: [], holds: [])

        #expect(
            sheet.text == """
                nightly · schedule · failed
                run r1

                stopped by remote.refused, at clinic0: clinic0 answered 400 to a kick-off.
                  hint: Compare it with the CapabilityStatement.
                  docs: docs/reference/errors.md#remote-refused

                accepted   0
                  pending  0
                """)
        #expect(sheet.json["fault"]?["code"] == "remote.refused" && sheet.json["fault"]?["server"] == "clinic0")
        #expect(sheet.json["report"] == report.json)
    }

    @Test("of one that ended: its balance and problems as they were kept, and how its exchanges stand now")
    func ended() {
        var report = RunReport(run: "r1", job: "nightly", state: .partial)
        report.pulled.resources = 12
        report.pulled.patients = 2
        report.exchanges.acknowledged = 1
        report.exchanges.retrying = 1
        report.resources.examined = 8
        report.resources.sent = 4
        report.resources.waiting = 4
        report.problems = [.clinicFileGone: 1]
        let tally = [ExchangeTally(state: .acknowledged, reason: nil, count: 2)]
        let sheet = StandingSheet(run: Self.run(.partial, report), tally: tally, holds: [])

        #expect(
            sheet.text == """
                nightly · schedule · partial
                run r1

                when it ended:
                  pulled 12 resources of 2 patients, 0 B in 0 requests

                  patients in the roster  2
                    acknowledged          1
                    unchanged             0
                    unmatched             0
                    withheld              0
                    parked                0
                    retrying              1

                  resources of theirs  8
                    sent               4
                    unchanged          0
                    waiting            4
                    left out           0

                  submitted nothing: 4 resources of 1 patient wait

                  problems while pulling
                    clinic.file-gone      1

                now:
                  accepted        2
                    acknowledged  2
                    pending       0
                """)
        #expect(sheet.json["fault"] == .null)
    }

    @Test("of one that stays open: what stopped the last attempt at it")
    func open() {
        let sheet = StandingSheet(
            run: Self.run(.running, nil), tally: [], holds: [],
            obstacle: Obstacle(Fault(.remoteUnreachable, .retry, "med0: no connection."), among: ["clinic0", "med0"]))

        #expect(sheet.text.contains("\n\nthe last attempt was stopped by remote.unreachable, at med0: med0: no"))
        #expect(sheet.json["fault"]?["message"] == "med0: no connection.")
        #expect(sheet.json["report"] == .null)
    }

    @Test("names the program in the commands of what stopped it as it was called")
    func program() {
        let fault = Fault(.storeLocked, .retry, "Busy; see  pdex runs list .", hint: "Say  pdex doctor  first.")
        let sheet = StandingSheet(
            run: Self.run(.running, nil), tally: [], holds: [], obstacle: Obstacle(fault, among: []),
            program: ProgramName(calledBy: "./pdex"))

        #expect(sheet.text.contains("Busy; see  ./pdex runs list .\n  hint: Say  ./pdex doctor  first."))
    }

    @Test("of exchanges that only took back: why nothing else went")
    func tookBack() {
        let tally = [ExchangeTally(state: .acknowledged, reason: nil, count: 2, takesBackFor: .consentDenied)]
        let sheet = StandingSheet(run: nil, tally: tally, holds: [])

        #expect(sheet.text.contains("  acknowledged  2  took back: consent.denied"))
        #expect(sheet.json["lines"]?[0]?["takes-back-for"] == "consent.denied")
    }

    private static func run(_ state: Run.State, _ report: RunReport?) -> Run {
        Run(
            id: "r1", job: "nightly", trigger: .schedule, clinic: "clinic0", payer: "med0",
            instant: Instant(milliseconds: 0), state: state, summary: report?.json.serialized() ?? [])
    }
}
