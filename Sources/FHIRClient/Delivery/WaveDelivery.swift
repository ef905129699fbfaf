import FHIR
import PDex

/// Delivers a bundle in waves: as batches, or request by request if the payer takes no bundles (WR-07, WR-22 b, c).
///
/// The outcome is written like the answer to one batch, so that it is read like any other.
struct WaveDelivery: Sendable {
    let requests: WaveRequests
    let isSingly: Bool
    /// The fault for an unknown outcome, with when it may be tried again.
    let unknown: @Sendable (_ retryAfterSeconds: Int?) -> Fault

    /// The longest wait, in seconds, that a payer may ask for within a delivery, and how often it may do so.
    private static let longestPatienceSeconds = 60
    private static let mostWaits = 20

    /// Makes the requests wave by wave; `lastLook` is called before each HTTP request.
    ///
    /// A refusal also costs the entries that refer to the refused one (424), and no others. Trouble at the first
    /// request is the answer to the whole delivery. Later, and when an answer was lost or the rest could not be sent,
    /// it throws `payer.unknown-outcome`: a part is there, and the next attempt reads it back (WR-16).
    func deliver(
        _ bytes: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        let entries = try FHIRBundle(try JSONParser.parse(bytes)).entries
        let plan = DeliveryWaves(entries)
        var progress = WaveProgress(entries.count)
        for (number, wave) in plan.waves.enumerated() {
            let writes = progress.due(of: wave, plan)
            // In reverse: the next group is the last.
            var groups = isSingly ? writes.reversed().map { [$0] } : writes.isEmpty ? [] : [writes]
            while let group = groups.popLast() {
                // Beyond the most that can be needed, it would go on forever.
                guard progress.requests < progress.mostRequests + Self.mostWaits else { throw unknown(nil) }
                let id = "\(requestID)-\(number)-\(progress.requests)"
                let response = try await answer(to: group, of: entries, id, &progress, lastLook)
                // Independent entries can be divided anywhere.
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

    /// Asks, and again while the payer asks for a little patience in the middle of a delivery.
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
