import FHIR

/// What a payer answered to one request of a wave, or to the batch of all of them.
struct WaveAnswer: Sendable {
    /// One for each request, as in a batch-response.
    private(set) var responses: [JSONValue] = []
    /// The entries that were refused.
    private(set) var refused: Set<Int> = []
    /// The status of an answer that is about more than single entries: trouble at the payer, a token or a batch that it
    /// does not take.
    private(set) var wholeStatus: Int?

    /// Reads an answer; nil when it does not tell what became of each. What the first request is refused for may be
    /// said of every other.
    init?(
        _ answer: HTTPResponse, to steps: [DeliveryWaves.Step], of entries: [FHIRBundle.Entry], isBatch: Bool,
        isFirst: Bool
    ) {
        let isTaken = (200..<300).contains(answer.status)
        let isOfAll = isFirst && (isBatch ? !isTaken : Self.isOfAll(answer, entries[steps[0].entry]))
        if Self.isTrouble(answer.status) || isOfAll {
            wholeStatus = answer.status
        } else if isBatch, isTaken {
            guard takeBatch(answer, steps, entries) else { return nil }
        } else {
            takeAll(answer, steps, entries)
        }
    }

    /// One answer a step; false when there is another number of them, or one without a status.
    private mutating func takeBatch(
        _ answer: HTTPResponse, _ steps: [DeliveryWaves.Step], _ entries: [FHIRBundle.Entry]
    ) -> Bool {
        guard let json = try? JSONParser.parse(answer.body), let bundle = try? FHIRBundle(json),
            bundle.type.hasSuffix("-response"), bundle.entries.count == steps.count,
            let told = json["entry"]?.elements
        else { return false }
        let statuses = bundle.entries.compactMap { $0.response?.statusCode }
        guard statuses.count == steps.count else { return false }
        // Trouble with every entry is trouble with the payer; with one of them it may be the entry's.
        if let first = statuses.first, statuses.allSatisfy(Self.isTrouble) {
            wholeStatus = first
            return true
        }
        for (step, (status, json)) in zip(steps, zip(statuses, told)) {
            take(json["response"]?.object ?? JSONObject(), status, step.entry, entries[step.entry])
        }
        return true
    }

    /// One answer for all steps: there is but one, or the batch of them was refused.
    private mutating func takeAll(
        _ answer: HTTPResponse, _ steps: [DeliveryWaves.Step], _ entries: [FHIRBundle.Entry]
    ) {
        var told: JSONObject = ["status": .string("\(answer.status)")]
        told["etag"] = answer.headers["ETag"].map { .string($0) }
        if let json = try? JSONParser.parse(answer.body), OperationOutcome(json) != nil { told["outcome"] = json }
        for step in steps {
            told["location"] = (answer.headers["Location"] ?? entries[step.entry].request?.url).map { .string($0) }
            take(told, answer.status, step.entry, entries[step.entry])
        }
    }

    private mutating func take(_ response: JSONObject, _ status: Int, _ index: Int, _ entry: FHIRBundle.Entry) {
        var response = response
        // What is not there need not be deleted.
        let isGone = entry.request?.method == "DELETE" && [404, 410].contains(status)
        if isGone { response["status"] = "204" }
        if !isGone, !(200..<300).contains(status) { refused.insert(index) }
        responses.append(["response": .object(response)])
    }

    /// A write that is not allowed, or a place that is not there, says it of every other.
    private static func isOfAll(_ answer: HTTPResponse, _ entry: FHIRBundle.Entry) -> Bool {
        [403, 405].contains(answer.status) || answer.status == 404 && entry.request?.method != "DELETE"
    }

    private static func isTrouble(_ status: Int) -> Bool { [401, 408, 429].contains(status) || status >= 500 }
}
