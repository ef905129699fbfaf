import FHIR
import PDex

extension CircuitBreaker {
    /// Whether nothing is sent to the payer at that time; once the pause is over, one delivery is tried.
    func isLeftAlone(at now: Instant) -> Bool { closedUntil.map { $0 > now } ?? false }

    /// A line of `pdex queue status`: what has become of the payer, why, and what comes next.
    func words(at now: Instant) -> String {
        // What closed it is remembered, and not counted on while one delivery after another is tried.
        let atLeast = closings > 1 ? "at least " : ""
        var why =
            "\(atLeast)\(failing.count.of("failure")) in a row, last: \(lastFault?.rawValue ?? "unknown") at \(at.text)"
        if closings > 1 { why += ", closed \(closings.of("time")) in a row" }
        guard let closedUntil else { return "payer \(payer): open, \(why)" }
        let isOver = closedUntil <= now
        let when = isOver ? "closed" : "closed until \(closedUntil.text)"
        let next =
            probe.map { "delivery \($0) is tried now" }
            ?? "one delivery is tried \(isOver ? "as soon as one is due" : "then"), and all go on when it works"
        return "payer \(payer): \(when), \(why); next: \(next)"
    }

    /// The same as JSON.
    var json: JSONValue {
        [
            "payer": .string(payer), "closed": .bool(isClosed),
            "closed-until": closedUntil.map { .string($0.text) } ?? .null,
            "failures-in-a-row": .number(JSONNumber(failing.count)),
            "closed-in-a-row": .number(JSONNumber(closings)),
            "last-fault": lastFault.map { .string($0.rawValue) } ?? .null,
            "probe": probe.map { .string($0) } ?? .null, "since": .string(at.text),
        ]
    }
}
