import FHIR

/// What a payer answered to one request of a wave, or to the batch of all of them.
struct WaveAnswer: Sendable {
    /// One for each request, as in a batch-response.
    private(set) var responses: [JSONValue] = []
    /// The entries that were refused.
    private(set) var refused: Set<Int> = []
    /// The status of an answer that is about more than single entries: trouble at the payer, a token or a batch that it does
    /// not take.
    private(set) var wholeStatus: Int?

    /// Reads an answer; nil when it does not tell what became of each.
    init?(
        _ answer: HTTPResponse, to steps: [DeliveryWaves.Step], of entries: [FHIRBundle.Entry], isBatch: Bool
    ) {
        if Self.isTrouble(answer.status) || isBatch && !(200..<300).contains(answer.status) {
            wholeStatus = answer.status
            return
        }
        if isBatch {
            guard let json = try? JSONParser.parse(answer.body), let bundle = try? FHIRBundle(json),
                bundle.type.hasSuffix("-response"), bundle.entries.count == steps.count,
                let told = json["entry"]?.elements
            else { return nil }
            for (step, (entry, json)) in zip(steps, zip(bundle.entries, told)) {
                guard let status = entry.response?.statusCode else { return nil }
                if Self.isTrouble(status) {
                    wholeStatus = status
                    return
                }
                take(json["response"]?.object ?? JSONObject(), status, step.entry, entries[step.entry])
            }
        } else {
            var told: JSONObject = ["status": .string("\(answer.status)")]
            let entry = steps[0].entry
            told["location"] = (answer.headers["Location"] ?? entries[entry].request?.url).map { .string($0) }
            told["etag"] = answer.headers["ETag"].map { .string($0) }
            if let json = try? JSONParser.parse(answer.body), OperationOutcome(json) != nil { told["outcome"] = json }
            take(told, answer.status, entry, entries[entry])
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

    private static func isTrouble(_ status: Int) -> Bool { [401, 408, 429].contains(status) || status >= 500 }
}
