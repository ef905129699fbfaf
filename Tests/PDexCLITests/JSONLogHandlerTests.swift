import FHIR
import Jobs
import Logging
import PDex
import Pipeline
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

    @Test("what an operator is called for is a warning, with the payer, the fault, and the run that told it")
    func warnings() throws {
        let heard = Heard()
        let logger = Logger(label: "pdex") { JSONLogHandler(label: $0, clock: StoppedClock(), write: heard.hear) }

        RunContext.$current.withValue(RunContext(job: "nightly", run: "r1", request: "q1")) {
            logger.note(.parked(payer: "med0", fault: .payerRefused, exchanges: 2))
        }

        #expect(
            try JSONParser.parse(heard.text) == [
                "ts": "2026-01-11T02:13:45.120Z", "level": "warning", "event": "exchanges parked", "logger": "pdex",
                "exchanges": "2", "fault": "payer.refused", "job": "nightly", "payer": "med0", "request": "q1",
                "run": "r1",
            ])
    }

    private struct StoppedClock: WallClock {
        func now() -> Instant { Instant(milliseconds: 1_768_097_625_120) }
        func sleep(seconds: Double) async throws {}
    }
}
