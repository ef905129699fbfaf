import FHIR
import PDex

/// Delivers a bundle in waves: as batches, or request by request to a payer that takes no bundles (WR-07, WR-22 b, c).
///
/// What came of it is told as the answer to one batch, so that it is read as any other.
struct WaveDelivery: Sendable {
    let requests: WaveRequests
    let isSingly: Bool
    let unknown: Fault

    private static let failedDependency = "424"

    /// Makes the requests wave by wave; `lastLook` is called before each HTTP request.
    ///
    /// A payer in trouble ends it, and its answer is that of the whole: the same ids make the next attempt harmless. What is
    /// refused costs those that refer to it too (424), and no other. Throws `payer.unknown-outcome` when an answer was
    /// lost, or when something kept the rest from being sent after a part was: then it is read back (WR-16).
    func deliver(
        _ bytes: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        let entries = try FHIRBundle(try JSONParser.parse(bytes)).entries
        let plan = DeliveryWaves(entries)
        var responses = [JSONValue?](repeating: nil, count: entries.count)
        var refused: Set<Int> = []
        var latest: HTTPResponse?
        for (number, wave) in plan.waves.enumerated() {
            var steps: [DeliveryWaves.Step] = []
            for step in wave where !refused.contains(step.entry) {
                if plan.refers(step.entry, toOneOf: refused) {
                    refused.insert(step.entry)
                    responses[step.entry] = Self.failed
                } else {
                    steps.append(step)
                }
            }
            for group in isSingly ? steps.map({ [$0] }) : steps.isEmpty ? [] : [steps] {
                let id = "\(requestID)-\(number)" + (isSingly ? "-\(group[0].entry)" : "")
                let response: HTTPResponse
                do {
                    response = try await requests.send(group, of: entries, isBatch: !isSingly, id, before: lastLook)
                } catch {
                    throw latest == nil ? error : unknown
                }
                guard let told = WaveAnswer(response, to: group, of: entries, isBatch: !isSingly) else { throw unknown }
                if let status = told.wholeStatus { return requests.answer(status, response.body, response) }
                latest = response
                for (step, response) in zip(group, told.responses) { responses[step.entry] = response }
                refused.formUnion(told.refused)
            }
        }
        let bundle: JSONValue = [
            "resourceType": "Bundle", "type": "batch-response", "entry": .array(responses.map { $0 ?? Self.failed }),
        ]
        return requests.answer(200, bundle.serialized(), latest)
    }

    private static let failed: JSONValue = ["response": ["status": .string(failedDependency)]]
}
