import FHIR
import PDex

/// Gets an export to its end: adopts the one of the interrupted run, or starts one, and waits.
struct RunningExport: Sendable {
    let terms: ExchangeTerms
    let run: Run
    let clinic: any ClinicServer
    let store: any Store
    let tally: PullTally
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void

    /// An export that takes longer is given up and tried again by the next run (BLK-25).
    private static let longestWaitSeconds = 12.0 * 3600
    /// An earlier export that is in the way for longer is left to the next run (BLK-17).
    private static let longestTurnSeconds = 2.0 * 3600
    /// So many status requests in a row may be lost before the run breaks off, to go on later.
    private static let mostLosses = 10

    private static let exportMark = "export"
    /// From when on the export was asked for.
    static let sinceMark = "export-since"
    private static let droppedMark = "export-dropped"

    /// The parameters without which the export of a run was made.
    static func dropped(_ progress: [String: String]) -> [String] {
        (progress[droppedMark] ?? "").split(separator: " ").map(String.init)
    }

    /// The manifest of the finished export, and where the export is (BLK-18).
    func finished(_ level: ExportRequest.Level) async throws -> (statusURL: String, ExportManifest) {
        let run = run.id
        let progress = try await store.read { try $0.pullProgress(run: run) }
        if let known = progress[Self.exportMark] {
            do {
                let manifest = try await poll(known)
                await tell(Self.dropped(progress))
                return (known, manifest)
            } catch let fault as Fault where fault.disposition == .halt {
                observer(.note("the export of the interrupted run is gone; a new one is started"))
                // It may be there and only its answer unreadable: two of ours at one time are one too many (BLK-17).
                await clinic.finishExport(known)
            }
        }
        let statusURL = try await begin(level)
        return (statusURL, try await poll(statusURL))
    }

    /// Starts an export; its status URL is kept before the first poll.
    private func begin(_ level: ExportRequest.Level) async throws -> String {
        let run = run.id
        let since = try await PullScope.sinceExport(terms, store: store, now: clock.now())
        let selection = terms.selection
        let start = try await inTurn(
            ExportRequest(
                level: level, types: selection.pulledTypes, since: since, typeFilters: selection.typeFilters))
        // Without `_since` the export holds everything, and so did the run that it makes.
        let from = start.dropped.contains(.since) ? nil : since
        let dropped = start.dropped.map(\.rawValue)
        try await store.write {
            try $0.recordProgress(run: run, unit: Self.exportMark, cursor: start.statusURL)
            try $0.recordProgress(run: run, unit: Self.sinceMark, cursor: from?.text ?? "")
            try $0.recordProgress(run: run, unit: Self.droppedMark, cursor: dropped.joined(separator: " "))
        }
        await tell(dropped)
        return start.statusURL
    }

    /// Kicks off, once no earlier export of ours is in the way: 429 means wait for it, not start a second (BLK-17).
    private func inTurn(_ request: ExportRequest) async throws -> ExportStart {
        var wait = 60.0
        var waited = 0.0
        while true {
            await tally.requested()
            do {
                return try await clinic.startExport(request)
            } catch let fault as Fault where fault.code == .remoteThrottled {
                let seconds = max(Double(fault.retryAfterSeconds ?? 0), wait)
                guard waited + seconds <= Self.longestTurnSeconds else { throw fault }
                observer(.waiting(seconds: seconds, why: "an earlier export is still running at the clinic (429)"))
                try await clock.sleep(seconds: seconds)
                waited += seconds
                wait = min(wait * 2, 600)
            }
        }
    }

    /// Names what the clinic would not take: the export holds more than was wanted, and the run says so (BLK-05).
    private func tell(_ dropped: [String]) async {
        guard !dropped.isEmpty else { return }
        observer(
            .note("\(terms.clinic.name) does not promise \(dropped.joined(separator: ", ")); the export holds more"))
        await tally.noted(.clinicParameterRefused, dropped.count)
    }

    /// Asks until the export is finished, as long and as often as is reasonable (BLK-20 … BLK-25).
    func poll(_ statusURL: String) async throws -> ExportManifest {
        var wait = 1.0
        var waited = 0.0
        var losses = 0
        while true {
            await tally.requested()
            let seconds: Double
            do {
                switch try await clinic.pollExport(statusURL) {
                case .complete(let manifest): return manifest
                case .running(let retryAfter, _): seconds = max(Double(retryAfter ?? 0), wait)
                }
                losses = 0
            } catch let fault as Fault where fault.disposition == .retry && losses < Self.mostLosses {
                // The export goes on without us: one lost answer must not end hours of work.
                losses += 1
                seconds = max(Double(fault.retryAfterSeconds ?? 0), wait)
            }
            guard waited + seconds <= Self.longestWaitSeconds else {
                await clinic.finishExport(statusURL)
                throw Fault(
                    .clinicExportFailed, .halt, "the export did not finish within 12 hours",
                    hint: "ask the clinic why its exports stall; the next run starts a new one")
            }
            observer(.waiting(seconds: seconds, why: "the clinic is preparing the export"))
            try await clock.sleep(seconds: seconds)
            waited += seconds
            wait = min(wait * 2, 60)
        }
    }
}
