import FHIR
import Jobs
import PDex
import Pipeline
import Testing

@testable import PDexCLI

@Suite("The balance sheet")
struct BalanceSheetTests {
    private static var report: RunReport {
        var report = RunReport(run: "r1", job: "nightly-payer-sync", state: .partial)
        report.pulled.resources = 12_345
        report.pulled.patients = 100
        report.pulled.bytes = 13_400_000
        report.pulled.requests = 7
        report.exchanges.acknowledged = 88
        report.exchanges.unmatched = 4
        report.exchanges.withheld = [.consentMissing: 3, .consentDenied: 1]
        report.exchanges.parked = [.matchAmbiguous: 2, .payerRefused: 1]
        report.exchanges.retrying = 1
        report.resources.examined = 2000
        report.resources.sent = 1900
        report.resources.leftOut = [.mappingSkipped: 100]
        report.submitted.bundles = 88
        report.submitted.entries = 2100
        report.seconds = 8.04
        report.examples = [.matchAmbiguous: "ex-a", .payerRefused: "ex-b"]
        return report
    }

    @Test("a night's sheet adds up line by line and says what to type next")
    func golden() {
        let text = BalanceSheet(report: Self.report, program: .standard, options: "--demo").text

        #expect(
            text == """
                nightly-payer-sync · partial · 8.0 s
                run r1

                  pulled 12,345 resources of 100 patients, 13.4 MB in 7 requests

                  patients in the roster  100
                    acknowledged           88
                    unchanged               0
                    unmatched               4
                    withheld                4
                      consent.denied        1
                      consent.missing       3
                    parked                  3
                      match.ambiguous       2
                      payer.refused         1
                    retrying                1

                  resources of theirs  2,000
                    sent               1,900
                    unchanged              0
                    left out             100
                      mapping.skipped    100

                  submitted 88 bundles with 2,100 entries

                next:
                  pdex exchanges show ex-b --demo     # parked: payer.refused
                  pdex replay ex-b --dry-run --demo   # once its cause is mended
                  pdex exchanges show ex-a --demo     # parked: match.ambiguous
                  pdex queue status --demo            # what waits, and whether somebody holds it
                  pdex run nightly-payer-sync --demo  # tries again what is due
                """)
    }

    @Test("a night that sends nothing says so")
    func nothing() {
        var report = RunReport(run: "r2", job: "j", state: .complete)
        report.pulled.patients = 2
        report.exchanges.unchanged = 2

        let text = BalanceSheet(report: report).text

        #expect(text.contains("submitted nothing: the payer has all there is to send"))
        #expect(!text.contains("next:"))
    }

    @Test("a run that sends nothing says that something waits, or that nothing is to be sent")
    func nothingYet() {
        var report = RunReport(run: "r2", job: "j", state: .partial)
        report.pulled.patients = 3
        report.exchanges.retrying = 1
        report.resources.waiting = 25
        #expect(BalanceSheet(report: report).text.contains("submitted nothing: 25 resources of 1 patient wait"))

        (report.exchanges.retrying, report.exchanges.unmatched, report.resources.waiting) = (0, 3, 0)
        #expect(BalanceSheet(report: report).text.contains("submitted nothing: nothing is to be sent"))
        report.exchanges.unchanged = 1
        report.exchanges.parked = [.matchAmbiguous: 1]
        #expect(BalanceSheet(report: report).text.contains("submitted nothing: nothing is new"))
        report.problems = [.clinicManyMissing: 1]
        #expect(BalanceSheet(report: report).text.contains("submitted nothing: nothing of what came is new"))
    }

    @Test("of what is paused or left alone, the commands that end it stand before another run")
    func held() throws {
        let job = try JobFile.parse(
            """
            job: nightly-payer-sync
            on: { request: true }
            from: clinic0
            to: med0
            select: { types: [Patient] }
            map: us-core-6.1.0
            """, path: "jobs/nightly-payer-sync.yaml")
        let holds = [(Hold.Subject.job, job.name), (.payer, "med1"), (.lane, "on-demand")].map { subject, name in
            Hold(subject: subject, name: name, at: .earliest, actor: "ops", reason: "review")
        }
        let closed = CircuitBreaker(
            payer: "med0", failing: ["a"], spent: 10, closings: 1, closedUntil: .latest, lastFault: .remoteThrottled,
            at: .earliest)
        var sheet = BalanceSheet(report: Self.report, program: .standard, options: "--demo")

        sheet.heldBack = HeldBack(job, holds: holds, breakers: [closed], at: .earliest)

        #expect(sheet.heldBack.subjects == ["job nightly-payer-sync", "payer med0"])
        #expect(sheet.text.contains("  pdex queue resume job nightly-payer-sync --demo  # ends the pause"))
        let lines = sheet.text.split(separator: "\n").suffix(2).map { $0.drop { $0 == " " } }
        #expect(lines.first?.hasPrefix("pdex queue resume payer med0 --demo  ") == true)
        #expect(lines.last?.hasPrefix("pdex run nightly-payer-sync --demo  ") == true)

        // Its pause is over: one delivery is tried.
        let over = HeldBack(job, holds: [], breakers: [closed], at: .latest)
        #expect(over == .nothing)
    }

    @Test("of a request that waits, nobody is told to run its job for everybody")
    func request() {
        let text = BalanceSheet(report: Self.report, program: .standard, isOfRequest: true).text
        #expect(!text.contains("pdex run"))
        #expect(text.contains("  pdex serve "))
    }

    @Test("a sheet that does not add up says by how much")
    func unbalanced() {
        var report = Self.report
        report.exchanges.acknowledged -= 5
        report.resources.sent -= 7

        let lines = BalanceSheet(report: report).text.split(separator: "\n")

        #expect(lines.first == "nightly-payer-sync · partial · does not add up · 8.0 s")
        #expect(lines.contains { $0.contains("NOT ACCOUNTED FOR") && $0.hasSuffix("5") })
        #expect(lines.contains { $0.contains("NOT ACCOUNTED FOR") && $0.hasSuffix("7") })
    }

    @Test("a dry run says what it would do")
    func dry() {
        let text = BalanceSheet(report: Self.report, isDryRun: true).text

        #expect(text.hasPrefix("nightly-payer-sync · dry run, nothing was sent · 8.0 s"))
        #expect(text.contains("would submit 88 bundles"))
        #expect(text.contains("to be sent"))
        #expect(text.contains("  would be sent          88") && !text.contains("acknowledged"))
    }

    @Test("what waits is told by state and by why it waits")
    func pending() {
        let tally = [
            ExchangeTally(state: .retrying, reason: .payerConflict, count: 2),
            ExchangeTally(state: .retrying, reason: .remoteThrottled, count: 1),
        ]

        let text = StandingSheet(run: nil, tally: tally, holds: []).text

        #expect(text.contains(/retrying +2 +payer.conflict\n +retrying +1 +remote.throttled/))
    }
}
