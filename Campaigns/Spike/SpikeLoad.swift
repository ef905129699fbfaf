import FHIR
import Foundation
import Synchronization

/// Requests one member after another at a fixed rate, whether or not there are answers: a client that waits for answers
/// would ask less just when it matters.
final class SpikeLoad: Sendable {
    private let client: PlainClient
    private let members: Int
    private let answers = Mutex<[SpikeFigures.Answer]>([])
    private let open = Mutex(0)
    private let serial = Mutex(0)

    init(_ client: PlainClient, members: Int) {
        self.client = client
        self.members = members
    }

    /// Asks `rate` times per second, for this many seconds.
    func ask(_ rate: Int, seconds: Int) {
        let clock = ContinuousClock()
        let began = clock.now
        for number in 0..<rate * seconds {
            let due = began.advanced(by: .milliseconds(number * 1000 / rate))
            let wait = (due - clock.now) / .milliseconds(1)
            if wait > 0 { usleep(UInt32(wait * 1000)) }
            open.withLock { $0 += 1 }
            Thread { self.askOnce() }.start()
        }
        while open.withLock({ $0 }) > 0 { usleep(10_000) }
    }

    /// The result of every request, answered or not.
    var all: [SpikeFigures.Answer] { answers.withLock { $0 } }

    private func askOnce() {
        let number = serial.withLock { serial in
            serial += 1
            return serial
        }
        let digits = "\(number % members + 1)"
        let patient = "pat-" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
        let clock = ContinuousClock()
        let began = clock.now
        let (status, text) = client.send(
            "POST", "/v1/member-requests", #"{"patient":"\#(patient)","job":"member-data-request"}"#,
            key: "spike-\(number)")
        let milliseconds = (clock.now - began) / .milliseconds(1)
        let head = text.components(separatedBy: "\r\n\r\n")[0].lowercased()
        let id = head.components(separatedBy: "\r\n").first { $0.hasPrefix("location: ") }?.split(separator: "/").last
        answers.withLock {
            $0.append(
                SpikeFigures.Answer(
                    status: status, milliseconds: milliseconds, hasRetryAfter: head.contains("\r\nretry-after: "),
                    id: id.map(String.init)))
        }
        open.withLock { $0 -= 1 }
    }
}
