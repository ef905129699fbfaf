import PDex

/// Fetches one file, or one patient: again when it broke off, and without giving up the others when it will not come.
struct PullUnit: Sendable {
    let tally: PullTally
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void

    /// How often one unit is fetched before the run goes on without it.
    private static let tries = 3

    /// Runs `fetch`; a unit that still breaks off is counted as a problem, and the run will be partial.
    ///
    /// Throws what no repetition helps against, and `remote.unreachable`: then nothing else would come either.
    func fetch(_ what: String, _ fetch: () async throws -> Void) async throws {
        var attempt = 1
        while true {
            do {
                return try await fetch()
            } catch let fault as Fault where fault.disposition == .retry && fault.code != .remoteUnreachable {
                guard attempt < Self.tries else {
                    observer(.note("\(what) did not come whole (\(fault.code.rawValue)); the run goes on without it"))
                    return await tally.refused(fault.code)
                }
                // Waits for whatever broke the transfer to pass.
                try await clock.sleep(seconds: Double(fault.retryAfterSeconds ?? attempt))
                attempt += 1
            }
        }
    }
}
