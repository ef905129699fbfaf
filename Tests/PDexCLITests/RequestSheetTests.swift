import ArgumentParser
import FHIR
import Jobs
import PDex
import Testing

@testable import PDexCLI

@Suite("The sheet of a member request")
struct RequestSheetTests {
    @Test(
        "says which command comes next, as it can be typed",
        arguments: [
            ("", "  pdex serve  # answers it; or: pdex requests cancel r1 --reason TEXT"),
            (
                "--config a.yaml",
                "  pdex serve --config a.yaml  # answers it; or: pdex requests cancel r1 --reason TEXT --config a.yaml"
            ),
        ])
    func next(options: String, command: String) {
        let now = Instant(milliseconds: 1_780_000_000_000)
        let request = MemberRequest(
            id: "r1", job: "on-demand", payer: "med0", patient: "4711", since: nil, types: [], accepted: now, due: now)
        let sheet = RequestSheet(
            detail: MemberRequestDetail(request: request), now: now,
            options: options, program: .standard)
        #expect(sheet.text.hasSuffix("next:\n" + command))
    }

    @Test("says what an interrupted command leaves, with commands that can be typed")
    func interrupted() {
        #expect(
            RequestCommand.words(kept: "r1", options: "--demo")
                == "run.interrupted: request r1 is kept:  pdex serve --demo  answers it, or  "
                + "pdex requests cancel r1 --reason TEXT --demo")
    }

    @Test("who waits for a request is told what changes, and once that nobody takes it up")
    func waiting() {
        let now = Instant(milliseconds: 1_780_000_000_000)
        var request = MemberRequest(
            id: "r1", job: "on-demand", payer: "med0", patient: "4711", since: nil, types: [], accepted: now, due: now)
        var wait = RequestWait()

        let first = (0..<9).compactMap { _ in wait.line(MemberRequestDetail(request: request)) }
        request.state = .inProgress
        let later = (0..<9).compactMap { _ in wait.line(MemberRequestDetail(request: request)) }

        #expect(
            first == [
                "request r1 is requested",
                "nobody has taken request r1 up yet:  pdex serve  answers it, if it runs on this store",
            ])
        #expect(later == ["request r1 is in-progress"])
    }

    @Test("a list says how many are not shown")
    func hidden() {
        let now = Instant(milliseconds: 1_780_000_000_000)
        let request = MemberRequest(
            id: "r1", job: "on-demand", payer: "med0", patient: "4711", since: nil, types: [], accepted: now, due: now)
        func text(total: Int) -> String {
            let line = RequestLine(MemberRequestDetail(request: request), at: now)
            return RequestsListCommand.text(of: MemberRequestList(requests: [line], total: total, next: nil))
        }
        #expect(text(total: 1234).hasSuffix("\n(1,233 more are not shown; --limit shows them)"))
        #expect(text(total: 10_001).hasSuffix("\n(10,000 more are not shown; --limit shows at most 10,000 at once)"))
        #expect(!text(total: 1).contains("not shown"))
    }

    @Test(
        "a list takes no limit above what is ever listed",
        arguments: [("0", false), ("10000", true), ("10001", false)])
    func limits(text: String, isTaken: Bool) {
        #expect(((try? RequestsListCommand.parse(["--limit", text])) != nil) == isTaken)
    }
}
