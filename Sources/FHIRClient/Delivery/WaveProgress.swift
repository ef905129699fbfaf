import FHIR

/// How far a delivery in waves is: what was answered, what was refused, what is there in part.
struct WaveProgress: Sendable {
    /// The last answer; nil before the first.
    private(set) var latest: HTTPResponse?
    /// How many requests were answered, and how often the payer was waited for.
    var requests = 0
    var waits = 0
    /// As many requests as a delivery can need: each entry is written whole, in part and whole again, alone or in a
    /// batch that is cut.
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

    /// What of a wave is to be written: not what was refused, nor what refers to it, and again only what is there in
    /// part.
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

    /// What of it was refused whole and may be taken without what points ahead: in part it is tried once.
    func partial(of writes: [WaveRequests.Write]) -> [WaveRequests.Write] {
        writes.filter { !$0.isPartial && refused.contains($0.step.entry) && !$0.step.ahead.isEmpty }
            .map { WaveRequests.Write(step: $0.step, isPartial: true) }
    }

    /// Takes the answers to what was sent.
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

    /// All answers as one to a batch.
    var answer: JSONValue {
        [
            "resourceType": "Bundle", "type": "batch-response",
            "entry": .array(responses.map { $0 ?? Self.failedDependency }),
        ]
    }
}
