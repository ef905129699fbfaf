import FHIR
import PDex

/// What the service is doing, in one line: what runs, what waits, what an operator must look at, what comes next.
struct ServiceStanding: Sendable {
    /// The latest step of a run; empty when none is under way.
    var step = ""
    var examined = (members: 0, of: 0)
    var queue: [QueueCount] = []
    var closed: [String] = []
    var paused = 0
    var parked = 0
    var requests = 0
    var next: (job: String, tick: Instant)?

    var text: String {
        var parts = [
            step.isEmpty
                ? "idle" : examined.of == 0 ? step : "\(step) \(examined.members.grouped)/\(examined.of.grouped)"
        ]
        parts.append(
            "outbox \(count(.queued).grouped) queued, \(count(.leased).grouped) under way, \(count(.retrying).grouped) retrying"
        )
        if parked > 0 { parts.append("\(parked.grouped) parked") }
        if requests > 0 { parts.append("\(requests.of("request")) open") }
        parts += closed.map { "\($0) left alone after failures" }
        if paused > 0 { parts.append("\(paused) paused") }
        if let next { parts.append("next \(next.job) \(next.tick.text.prefix(16))Z") }
        return parts.joined(separator: " · ")
    }

    private func count(_ state: SubmissionState) -> Int {
        queue.filter { $0.state == state }.reduce(0) { $0 + $1.count }
    }
}
