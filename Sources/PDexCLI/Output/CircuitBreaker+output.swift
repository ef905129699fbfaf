import FHIR
import PDex

extension CircuitBreaker {
    /// A line of `pdex queue status`: the payer's state, why, and what comes next.
    var words: String {
        let count = "\(failing.count) failure\(failing.count == 1 ? "" : "s") in a row"
        let why = "\(count), last: \(lastFault?.rawValue ?? "unknown") at \(at.text)"
        guard let closedUntil else { return "payer \(payer): open, \(why)" }
        let next =
            probe.map { "delivery \($0) is tried now" } ?? "one delivery is tried then, and all go on when it works"
        return "payer \(payer): closed until \(closedUntil.text), \(why); next: \(next)"
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
