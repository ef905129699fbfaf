import FHIR
import PDex
import Synchronization
import Testing

@testable import PDexCLI

@Suite("The line that tells what the service is at")
struct StatusLineTests {
    @Test("log lines go by above it, whole, and it stands below them again")
    func passes() {
        let screen = Screen()
        let line = StatusLine(columns: { 80 }, write: screen.write)

        line.pass("{\"a\":1}\n")
        line.show("idle")
        line.pass("{\"b\":2}\n")
        #expect(screen.lines == ["{\"a\":1}", "{\"b\":2}", "idle"])
        line.show("busy")
        line.end()

        #expect(screen.lines == ["{\"a\":1}", "{\"b\":2}", ""])
        #expect(screen.text.contains("idle") && screen.text.contains("busy"))
    }

    @Test("it is cut to the terminal's width, since a line that wraps cannot be erased; the same is not written twice")
    func cuts() {
        let screen = Screen()
        let line = StatusLine(columns: { 10 }, write: screen.write)

        for _ in 0..<3 { line.show("0123456789abcdef") }

        #expect(screen.lines == ["012345678"])
        #expect(screen.text.count { $0 == "\r" } == 1)
    }

    @Test("it says what runs, what waits, what somebody must look at, and what comes next")
    func words() {
        var standing = ServiceStanding()
        #expect(standing.text == "idle · outbox 0 queued, 0 under way, 0 retrying")

        standing.step = "join, map and deliver"
        standing.examined = (1_200, 10_000)
        standing.queue = [(SubmissionState.queued, 12), (.retrying, 3)].map {
            QueueCount(payer: "med0", lane: .nightly, state: $0, count: $1, earliest: Instant(seconds: 0))
        }
        standing.parked = 2
        standing.requests = 1
        standing.closed = ["med0"]
        standing.paused = 1
        standing.next = ("nightly-payer-sync", Instant(seconds: 86_400))

        #expect(
            standing.text
                == "join, map and deliver 1,200/10,000 · outbox 12 queued, 0 under way, 3 retrying · 2 parked · "
                + "1 request open · med0 left alone after failures · 1 paused · next nightly-payer-sync 1970-01-02T00:00Z"
        )
    }

    /// A terminal: what it shows after carriage returns and erasures.
    private final class Screen: Sendable {
        private let written = Mutex("")

        var text: String { written.withLock { $0 } }

        var lines: [String] {
            text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                line.components(erasedBy: "\r\u{1B}[K")
            }
        }

        func write(_ text: String) { written.withLock { $0 += text } }
    }
}

extension Substring {
    /// What is still visible.
    fileprivate func components(erasedBy erase: String) -> String {
        guard let last = ranges(of: erase).last else { return String(self) }
        return String(self[last.upperBound...])
    }
}
