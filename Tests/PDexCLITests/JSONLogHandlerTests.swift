import FHIR
import Logging
import PDex
import Testing

@testable import PDexCLI

@Suite("The log of the service")
struct JSONLogHandlerTests {
    @Test("an event is one JSON object on one line, whatever is in it")
    func line() throws {
        let heard = Heard()
        var logger = Logger(label: "pdex") { JSONLogHandler(label: $0, clock: StoppedClock(), write: heard.hear) }
        logger.logLevel = .info

        logger.debug("not this")
        logger.info("job\nended", metadata: ["job": "a \"b\"", "run": "r1"])

        #expect(heard.text.split(separator: "\n").count == 1)
        #expect(
            try JSONParser.parse(heard.text) == [
                "ts": "2026-01-11T02:13:45.120Z", "level": "info", "event": "job\nended", "logger": "pdex",
                "job": "a \"b\"", "run": "r1",
            ])
    }

    private struct StoppedClock: WallClock {
        func now() -> Instant { Instant(milliseconds: 1_768_097_625_120) }
        func sleep(seconds: Double) async throws {}
    }
}
