import PDex
import Pipeline
import Testing

@testable import PDexCLI

@Suite("Commands that are printed")
struct ProgramNameTests {
    @Test(
        "they begin as the program was called, so that a shell finds it again",
        arguments: [
            ("pdex", "pdex"), (".build/release/pdex", ".build/release/pdex"), ("./pdex", "./pdex"), ("", "pdex"),
            ("./my tools/pdex", "'./my tools/pdex'"), ("./o'pdex", #"'./o'\''pdex'"#),
        ])
    func called(_ word: String, _ expected: String) {
        #expect(ProgramName(calledBy: word).text == expected)
    }

    @Test("the hints of faults are told by that name, too")
    func hints() async {
        let heard = Heard()

        let status = await PDexMain.status(
            of: ["run", "a", "--config", "nowhere.yaml"], as: ProgramName(calledBy: "./pdex"), errors: heard.hear)

        #expect(status == .usage)
        #expect(heard.text.contains("or try  ./pdex demo."))
    }

    @Test("a sheet's commands are told by that name, on the configuration that was named")
    func sheet() {
        var report = RunReportSample.parked
        report.exchanges.retrying = 1

        let text = BalanceSheet(
            report: report, program: ProgramName(calledBy: ".build/release/pdex"), options: "--demo"
        ).text

        #expect(text.contains("  .build/release/pdex exchanges show ex-b --demo "))
        #expect(text.contains("  .build/release/pdex replay ex-b --dry-run --demo "))
        #expect(text.contains("  .build/release/pdex run nightly-payer-sync --demo "))
    }
}
