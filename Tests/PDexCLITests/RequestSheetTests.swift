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
            ("", "  pdex serve  # answers it; or: pdex requests cancel r1"),
            (
                "--config a.yaml",
                "  pdex serve --config a.yaml  # answers it; or: pdex requests cancel r1 --config a.yaml"
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
}
