import FHIR
import PDex

/// Delivers a bundle in waves: as batches, or request by request to a payer that takes no bundles (WR-07, WR-22 b, c).
///
/// What came of it is told as the answer to one batch, so that it is read as any other.
struct WaveDelivery: Sendable {
    let requests: WaveRequests
    let isSingly: Bool
    let unknown: Fault

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
        var progress = WaveProgress(entries.count)
        for (number, wave) in plan.waves.enumerated() {
            let writes = progress.due(of: wave, plan)
            for group in groups(writes) {
                let id = "\(requestID)-\(number)" + (isSingly ? "-\(group[0].step.entry)" : "")
                if let whole = try await send(group, of: entries, id, &progress, lastLook) { return whole }
                let partial = progress.partial(of: group)
                for rest in groups(partial) {
                    if let whole = try await send(rest, of: entries, id + "p", &progress, lastLook) { return whole }
                }
            }
        }
        return requests.answer(200, progress.answer.serialized(), progress.latest)
    }

    private func groups(_ writes: [WaveRequests.Write]) -> [[WaveRequests.Write]] {
        isSingly ? writes.map { [$0] } : writes.isEmpty ? [] : [writes]
    }

    /// Sends what belongs together; an answer that is about more than it is returned.
    private func send(
        _ writes: [WaveRequests.Write], of entries: [FHIRBundle.Entry], _ requestID: String,
        _ progress: inout WaveProgress, _ lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer? {
        let response: HTTPResponse
        do {
            response = try await requests.send(
                writes, of: entries, isBatch: !isSingly, requestID, before: lastLook)
        } catch {
            throw progress.latest == nil ? error : unknown
        }
        guard let told = WaveAnswer(response, to: writes.map(\.step), of: entries, isBatch: !isSingly) else {
            throw unknown
        }
        if let status = told.wholeStatus { return requests.answer(status, response.body, response) }
        progress.take(told, to: writes, response)
        return nil
    }
}
