import Foundation
import Pipeline
import Testing

@testable import PDexCLI

@Suite("The progress of a run")
struct RunProgressTests {
    @Test("in a file, steps and their counts are lines")
    func lines() {
        let heard = Heard()
        let progress = RunProgress(style: .lines, write: heard.hear)

        progress.say("a: clinic0 → med0")
        progress.show(.step("pull"))
        progress.show(.pulled(type: "Patient", resources: 1200, bytes: 2_000_000))
        progress.show(.pulled(type: "Encounter", resources: 34, bytes: 50_000))
        progress.show(.waiting(seconds: 41.2, why: "the clinic is preparing the export"))
        progress.show(.waiting(seconds: 29_099, why: "clinic0 has quiet hours"))
        progress.show(.step("join"))
        progress.show(.examined(members: 50, of: 50))
        progress.show(.delivered(payer: "med0", bundles: 3))
        progress.show(.delivered(payer: "med0", bundles: 4))
        progress.end()

        #expect(
            heard.text == """
                a: clinic0 → med0
                pull
                waiting 42 s: the clinic is preparing the export
                waiting 8 h 5 min: clinic0 has quiet hours
                  1,234 resources, 2.1 MB
                join
                  50 of 50 members, 7 bundles delivered

                """)
    }

    @Test("on a terminal, a bar is drawn and taken away again")
    func bar() {
        let heard = Heard()
        let progress = RunProgress(style: .bar, write: heard.hear)

        progress.show(.step("join"))
        progress.show(.examined(members: 5, of: 10))
        progress.end()

        #expect(heard.text.contains("██████████░░░░░░░░░░ join: 5 of 10 members"))
        #expect(heard.text.hasSuffix("\r\u{1B}[K"))
    }

    @Test("a narrow terminal gets a line that does not wrap, with the counts in it", arguments: [20, 50, 60])
    func narrow(columns: Int) {
        let heard = Heard()
        let progress = RunProgress(style: .bar, columns: { columns }, write: heard.hear)

        progress.show(.step("pull clinic0 by bulk export (the job says bulk-export; Group/[id]/$export is offered)"))
        progress.show(.pulled(type: "Patient", resources: 12, bytes: 3_000))

        let drawn = heard.text.components(separatedBy: "\r\u{1B}[K").dropFirst()
        #expect(!drawn.isEmpty)
        #expect(drawn.allSatisfy { $0.count < columns })
        #expect(columns < 50 || drawn.allSatisfy { $0.contains("…: ") && $0.hasSuffix("B") })
    }

    @Test("quiet is quiet")
    func quiet() {
        let heard = Heard()
        let progress = RunProgress(style: .none, write: heard.hear)

        progress.say("a")
        progress.show(.step("pull"))
        progress.show(.note("b"))
        progress.end()

        #expect(heard.text.isEmpty)
    }
}
