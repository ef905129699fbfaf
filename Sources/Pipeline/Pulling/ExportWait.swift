import PDex

/// Waits until a server has finished an export, polling as the server asks (BLK-20 … BLK-25).
struct ExportWait {
    let server: any ClinicServer
    /// The server's configured name.
    let name: String
    /// Who prepares what, as in `the clinic is preparing the export`.
    let why: String
    /// The longest wait in hours; after that ``late`` is thrown.
    let longestHours: Int
    let late: Fault
    let tally: PullTally
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void

    /// How many status requests in a row may be lost before the wait fails.
    private static let mostLosses = 10
    /// The longest wait between two requests in seconds, whatever the server says: an odd date does not end an export.
    private static let longestWait = 3600.0

    /// The manifest, once it is ready.
    func manifest(_ statusURL: String) async throws -> ExportManifest {
        let longest = Double(longestHours) * 3600
        var wait = 1.0
        var waited = 0.0
        var losses = 0
        while true {
            await tally.requested()
            let asked: Double
            var trouble: String?
            do {
                switch try await server.pollExport(statusURL) {
                case .complete(let manifest): return manifest
                case .running(let retryAfter, _): asked = Double(retryAfter ?? 0)
                }
                losses = 0
            } catch let fault as Fault where fault.disposition == .retry && losses < Self.mostLosses {
                // The server works on regardless: one lost answer must not end hours of work.
                losses += 1
                asked = Double(fault.retryAfterSeconds ?? 0)
                trouble =
                    "\(name) does not answer the export's status (\(fault.code.rawValue)), \(losses) of \(Self.mostLosses)"
            }
            guard waited < longest else { throw late }
            let seconds = min(max(asked, wait), Self.longestWait, longest - waited)
            observer(.waiting(seconds: seconds, why: trouble ?? why))
            // Waits for the server, for as long as it asked or with growing patience.
            try await clock.sleep(seconds: seconds)
            waited += seconds
            wait = min(wait * 2, 60)
        }
    }
}

extension ExportWait {
    /// Waits for a clinic's export; one that takes longer than twelve hours is given up, and the next run starts a new
    /// one (BLK-25).
    init(
        forClinic clinic: any ClinicServer, named name: String, _ tally: PullTally, _ clock: any WallClock,
        _ observer: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.init(
            server: clinic, name: name, why: "the clinic is preparing the export", longestHours: 12,
            late: Fault(
                .clinicExportFailed, .halt, "the export did not finish within 12 hours",
                hint: "ask the clinic why its exports stall; the next run starts a new one"),
            tally: tally, clock: clock, observer: observer)
    }

    /// Waits for something that a payer prepares; `what` is for instance `its records`.
    init(
        for what: String, of payer: String, at server: any ClinicServer, _ tally: PullTally, _ clock: any WallClock,
        _ observer: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.init(
            server: server, name: payer, why: "\(payer) is preparing \(what)", longestHours: 6,
            late: Fault(
                .payerCapability, .halt, "\(payer) did not finish \(what) within 6 hours",
                hint: "ask the payer why it stalls, or do without"),
            tally: tally, clock: clock, observer: observer)
    }
}
