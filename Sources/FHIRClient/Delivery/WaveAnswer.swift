import FHIR

/// A payer's answer to one request of a wave, or to the wave as a batch.
struct WaveAnswer: Sendable {
    /// One response for each request, as in a batch-response.
    private(set) var responses: [JSONValue] = []
    /// The entries that were refused.
    private(set) var refused: Set<Int> = []
    /// The status of an answer that is not about single entries: trouble at the payer, or a token or batch that it
    /// refuses.
    private(set) var wholeStatus: Int?

    /// Reads an answer; nil when it leaves the outcome of some entry open. A refusal of the first request may hold for
    /// every other one.
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

    /// One answer per step; false when their numbers differ, or when one lacks a status.
    private mutating func takeBatch(
        _ answer: HTTPResponse, _ steps: [DeliveryWaves.Step], _ entries: [FHIRBundle.Entry]
    ) -> Bool {
        guard let json = try? JSONParser.parse(answer.body), let bundle = try? FHIRBundle(json),
            bundle.type.hasSuffix("-response"), bundle.entries.count == steps.count,
            let told = json["entry"]?.elements
        else { return false }
        let statuses = bundle.entries.compactMap { $0.response?.statusCode }
        guard statuses.count == steps.count else { return false }
        // Trouble with every entry is trouble at the payer; with some of them it may be the entry's.
        if let first = statuses.first, statuses.allSatisfy(Self.isTrouble) {
            wholeStatus = first
            return true
        }
        for (step, (status, json)) in zip(steps, zip(statuses, told)) {
            take(json["response"]?.object ?? JSONObject(), status, step.entry, entries[step.entry])
        }
        return true
    }

    /// The same answer for all steps: there is only one step, or the whole batch was refused.
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
        // Something that is not there need not be deleted.
        let isGone = entry.request?.method == "DELETE" && [404, 410].contains(status)
        if isGone { response["status"] = "204" }
        if !isGone, !(200..<300).contains(status) { refused.insert(index) }
        responses.append(["response": .object(response)])
    }

    /// Whether the refusal of a write holds for all others: writing is not allowed, or the place does not exist.
    private static func isOfAll(_ answer: HTTPResponse, _ entry: FHIRBundle.Entry) -> Bool {
        [403, 405].contains(answer.status) || answer.status == 404 && entry.request?.method != "DELETE"
    }

    private static func isTrouble(_ status: Int) -> Bool { [401, 408, 429].contains(status) || status >= 500 }
}
