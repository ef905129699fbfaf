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
    /// Returns the fault that it was given up for. Throws what no repetition helps against, `remote.unreachable`: then
    /// nothing else would come either; and what is to be asked again in hours, so that the run can be gone on with
    /// then.
    @discardableResult
    func fetch(_ what: String, _ fetch: () async throws -> Void) async throws -> Fault? {
        var attempt = 1
        while true {
            do {
                try await fetch()
                return nil
            } catch let fault as Fault where Self.mayPass(fault) {
                guard attempt < Self.tries else {
                    observer(.note("\(what) did not come whole (\(fault.code.rawValue)); the run goes on without it"))
                    await tally.refused(fault.code)
                    return fault
                }
                // Waits for whatever broke the transfer to pass.
                try await clock.sleep(seconds: Double(fault.retryAfterSeconds ?? attempt))
                attempt += 1
            }
        }
    }

    /// More than this, in seconds, is not waited for.
    private static let longestWaitSeconds = 3600

    private static func mayPass(_ fault: Fault) -> Bool {
        fault.disposition == .retry && fault.code != .remoteUnreachable
            && (fault.retryAfterSeconds ?? 0) <= longestWaitSeconds
    }
}
