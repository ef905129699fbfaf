import FHIR
import PDex

/// Delivers a bundle in waves: as batches, or request by request to a payer that takes no bundles (WR-07, WR-22 b, c).
///
/// What came of it is told as the answer to one batch, so that it is read as any other.
struct WaveDelivery: Sendable {
    let requests: WaveRequests
    let isSingly: Bool
    /// That nobody knows what is there, and when it may be tried again.
    let unknown: @Sendable (_ retryAfterSeconds: Int?) -> Fault

    /// A payer that asks for no more patience than this has it within the delivery, so many times.
    private static let longestPatienceSeconds = 60
    private static let mostWaits = 20

    /// Makes the requests wave by wave; `lastLook` is called before each HTTP request.
    ///
    /// What is refused costs those that refer to it too (424), and no other. A payer in trouble at the first request is
    /// the answer of the whole. Later, and when an answer was lost or something kept the rest from being sent, it
    /// throws
    /// `payer.unknown-outcome`: a part is there, and the next attempt reads it back (WR-16).
    func deliver(
        _ bytes: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        let entries = try FHIRBundle(try JSONParser.parse(bytes)).entries
        let plan = DeliveryWaves(entries)
        var progress = WaveProgress(entries.count)
        for (number, wave) in plan.waves.enumerated() {
            let writes = progress.due(of: wave, plan)
            // The next one last.
            var groups = isSingly ? writes.reversed().map { [$0] } : writes.isEmpty ? [] : [writes]
            while let group = groups.popLast() {
                // More than can be needed would never end.
                guard progress.requests < progress.mostRequests + Self.mostWaits else { throw unknown(nil) }
                let id = "\(requestID)-\(number)-\(progress.requests)"
                let response = try await answer(to: group, of: entries, id, &progress, lastLook)
                // What is independent can be cut anywhere.
                if response.status == 413, group.count > 1 {
                    groups += [Array(group[(group.count / 2)...]), Array(group[..<(group.count / 2)])]
                    continue
                }
                let told = WaveAnswer(
                    response, to: group.map(\.step), of: entries, isBatch: !isSingly, isFirst: progress.latest == nil)
                guard let told else { throw unknown(nil) }
                if let status = told.wholeStatus {
                    let whole = requests.answer(status, response.body, response)
                    guard progress.latest != nil else { return whole }
                    throw unknown(whole.retryAfterSeconds)
                }
                progress.take(told, to: group, response)
                let partial = progress.partial(of: group)
                groups += isSingly ? partial.map { [$0] } : partial.isEmpty ? [] : [partial]
            }
        }
        return requests.answer(200, progress.answer.serialized(), progress.latest)
    }

    /// Asks, and again as long as the payer asks for a little patience in the middle of it.
    private func answer(
        to group: [WaveRequests.Write], of entries: [FHIRBundle.Entry], _ requestID: String,
        _ progress: inout WaveProgress, _ lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> HTTPResponse {
        do {
            while true {
                let response = try await requests.send(
                    group, of: entries, isBatch: !isSingly, requestID, before: lastLook)
                progress.requests += 1
                guard [429, 503].contains(response.status), progress.latest != nil, progress.waits < Self.mostWaits,
                    let seconds = requests.answer(response.status, [], response).retryAfterSeconds,
                    seconds <= Self.longestPatienceSeconds
                else { return response }
                progress.waits += 1
                // Waits for as long as the payer asked.
                try await requests.session.clock.sleep(seconds: Double(seconds))
            }
        } catch {
            throw progress.latest == nil ? error : unknown(nil)
        }
    }
}
