import FHIR

/// The progress of a delivery in waves: what was answered, refused, or written in part.
struct WaveProgress: Sendable {
    /// The last answer; nil before the first.
    private(set) var latest: HTTPResponse?
    /// How many requests were answered, and how often the payer was waited for.
    var requests = 0
    var waits = 0
    /// The most requests that a delivery can need: each entry is written whole, in part and whole again, alone or in a
    /// batch that is divided.
    let mostRequests: Int
    private var responses: [JSONValue?]
    private var refused: Set<Int> = []
    /// The version of each resource that was written in part.
    private var partial: [Int: String?] = [:]

    private static let failedDependency: JSONValue = ["response": ["status": "424"]]

    init(_ count: Int) {
        responses = [JSONValue?](repeating: nil, count: count)
        mostRequests = Self.writesOfAnEntry * Self.requestsOfAWrite * count
    }

    private static let writesOfAnEntry = 3
    private static let requestsOfAWrite = 2

    /// The entries of a wave to write: not those that were refused, nor those that refer to one; and again only those
    /// that were written in part.
    mutating func due(of wave: [DeliveryWaves.Step], _ plan: DeliveryWaves) -> [WaveRequests.Write] {
        var due: [WaveRequests.Write] = []
        for step in wave where !refused.contains(step.entry) {
            if step.isAgain, partial[step.entry] == nil { continue }
            if plan.refers(step.entry, toOneOf: refused) {
                refused.insert(step.entry)
                responses[step.entry] = Self.failedDependency
            } else {
                due.append(WaveRequests.Write(step: step, replaces: partial[step.entry] ?? nil))
            }
        }
        return due
    }

    /// Those of `writes` that were refused whole but may be taken without what points ahead: tried once in part.
    func partial(of writes: [WaveRequests.Write]) -> [WaveRequests.Write] {
        writes.filter { !$0.isPartial && refused.contains($0.step.entry) && !$0.step.ahead.isEmpty }
            .map { WaveRequests.Write(step: $0.step, isPartial: true) }
    }

    /// Records the answers to `writes`.
    mutating func take(_ answer: WaveAnswer, to writes: [WaveRequests.Write], _ response: HTTPResponse) {
        latest = response
        for (write, told) in zip(writes, answer.responses) {
            let entry = write.step.entry
            responses[entry] = told
            if answer.refused.contains(entry) {
                refused.insert(entry)
            } else {
                refused.remove(entry)
                if write.isPartial { partial[entry] = .some(told["response"]?["etag"]?.string) }
            }
        }
    }

    /// All answers, as the answer to one batch.
    var answer: JSONValue {
        [
            "resourceType": "Bundle", "type": "batch-response",
            "entry": .array(responses.map { $0 ?? Self.failedDependency }),
        ]
    }
}
