import PDex

/// Waits until a payer has finished what it was asked for, as it wants to be asked (BLK-20 … BLK-25).
struct ExportWait {
    let payer: String
    /// What is waited for, such as `its records`.
    let what: String
    let server: any ClinicServer
    let tally: PullTally
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void

    private static let longestWaitSeconds = 6.0 * 3600

    /// The manifest once it is there. Throws `payer.capability-missing` when the payer takes too long: it is told to
    /// stop.
    func manifest(_ statusURL: String) async throws -> ExportManifest {
        var wait = 1.0
        var waited = 0.0
        while true {
            await tally.requested()
            switch try await server.pollExport(statusURL) {
            case .complete(let manifest): return manifest
            case .running(let retryAfter, _):
                let seconds = max(Double(retryAfter ?? 0), wait)
                guard waited + seconds <= Self.longestWaitSeconds else {
                    await server.finishExport(statusURL)
                    throw Fault(
                        .payerCapability, .halt, "\(payer) did not finish \(what) within 6 hours",
                        hint: "ask the payer why it stalls, or do without")
                }
                observer(.waiting(seconds: seconds, why: "\(payer) is preparing \(what)"))
                // Waits for the payer, for as long as it asked or with growing patience.
                try await clock.sleep(seconds: seconds)
                waited += seconds
                wait = min(wait * 2, 60)
            }
        }
    }
}
