import PDex

/// Fetches one file or one patient: retries when it breaks off, and does not give up the others when it keeps failing.
struct PullUnit: Sendable {
    let tally: PullTally
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void

    /// How often one unit is fetched before the run goes on without it.
    private static let tries = 3

    /// Runs `fetch`; a unit that keeps failing is counted as a problem, and the run will be partial.
    ///
    /// Returns the fault for which it was given up. Throws faults that retrying does not help; `remote.unreachable`,
    /// because then nothing else would come either; and faults that ask for a retry in hours, so that the run can be
    /// resumed then.
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

    /// The longest wait in seconds.
    private static let longestWaitSeconds = 3600

    private static func mayPass(_ fault: Fault) -> Bool {
        fault.disposition == .retry && fault.code != .remoteUnreachable
            && (fault.retryAfterSeconds ?? 0) <= longestWaitSeconds
    }
}
