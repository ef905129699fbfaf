import FHIR
import PDex

/// Pulls by Bulk Data export; resumes a running export and finished files after a crash.
struct BulkExportPull: Sendable {
    let terms: ExchangeTerms
    let run: Run
    let clinic: any ClinicServer
    let store: any Store
    let intake: Intake
    let clock: any WallClock
    let unit: PullUnit
    let observer: @Sendable (RunEvent) -> Void

    /// A batch is written when it holds this many bytes: large enough that `synchronous=FULL` costs little.
    private static let batchBytes = 4 << 20
    /// An export that takes longer is given up and tried again by the next run (BLK-25).
    private static let longestWaitSeconds = 12.0 * 3600

    /// So many status requests in a row may be lost before the run breaks off, to go on later.
    private static let mostLosses = 10

    /// What an export came to.
    struct Outcome: Sendable {
        /// The server's time of the export: what the watermark becomes once nothing is missing.
        let transactionTime: Instant
        /// From when on it was asked for; nil when it held everything.
        let since: Instant?
        /// Where the export is.
        let statusURL: String
    }

    /// Exports at `level` and stages every file; the caller moves the watermark and drops the export.
    func pull(_ level: ExportRequest.Level) async throws -> Outcome {
        let (statusURL, manifest) = try await finishedExport(level)
        let progress = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        for file in manifest.output where progress[mark(file, statusURL)] == nil {
            try await unit.fetch("a file of \(file.typeTold)") { try await stage(file, manifest, statusURL) }
        }
        for file in manifest.deleted where progress[mark(file, statusURL)] == nil {
            try await unit.fetch("a file of deletions") { try await retract(file, manifest, statusURL) }
        }
        for file in manifest.errors {
            try await unit.fetch("a file of outcomes") { try await read(errors: file, of: manifest) }
        }
        return Outcome(
            transactionTime: manifest.transactionTime, since: progress[Self.sinceMark].flatMap { Instant($0) },
            statusURL: statusURL)
    }

    /// Tells the clinic that the export may be dropped (BLK-50).
    func drop(_ outcome: Outcome) async {
        await clinic.finishExport(outcome.statusURL)
    }

    private static let exportMark = "export"
    private static let sinceMark = "export-since"

    /// A file belongs to one export: another may have the same addresses.
    private func mark(_ file: ExportManifest.File, _ statusURL: String) -> String {
        "file:\(statusURL) \(file.url)"
    }

    /// Adopts the export that this run started before it was interrupted, or starts one (BLK-18).
    private func finishedExport(_ level: ExportRequest.Level) async throws -> (statusURL: String, ExportManifest) {
        let run = run.id
        if let known = try await store.read({ try $0.pullProgress(run: run)[Self.exportMark] }) {
            do {
                return (known, try await poll(known))
            } catch let fault as Fault where fault.disposition == .halt {
                observer(.note("the export of the interrupted run is gone; a new one is started"))
            }
        }
        let statusURL = try await begin(level)
        return (statusURL, try await poll(statusURL))
    }

    /// Starts an export; its status URL is kept before the first poll.
    private func begin(_ level: ExportRequest.Level) async throws -> String {
        let run = run.id
        let since = try await PullScope.sinceExport(terms, store: store)
        let request = ExportRequest(level: level, types: terms.selection.pulledTypes, since: since)
        await intake.tally.requested()
        let statusURL = try await clinic.startExport(request)
        try await store.write {
            try $0.recordProgress(run: run, unit: Self.exportMark, cursor: statusURL)
            try $0.recordProgress(run: run, unit: Self.sinceMark, cursor: since?.text ?? "")
        }
        return statusURL
    }

    private func poll(_ statusURL: String) async throws -> ExportManifest {
        var wait = 1.0
        var waited = 0.0
        var losses = 0
        while true {
            await intake.tally.requested()
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

    private func stage(
        _ file: ExportManifest.File, _ manifest: ExportManifest, _ statusURL: String
    ) async throws {
        var held = LineBuffer()
        var lines = 0
        var refused = 0
        await intake.tally.requested()
        _ = try await clinic.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
            lines += batch.lines.count
            held.append(batch)
            if held.bytes.count >= Self.batchBytes {
                refused += try await intake.stage(held.take(), expecting: file.type)
            }
        }
        let isWhole = refused == 0 && (file.count == nil || file.count == lines)
        let (run, mark) = (run.id, mark(file, statusURL))
        // The file and its mark commit together: a crash re-downloads only the file in flight. What had a flaw
        // has no mark, so that a run that goes on meets the flaw again instead of forgetting it.
        try await intake.stage(held.take(), expecting: file.type) {
            if isWhole { try $0.recordProgress(run: run, unit: mark, cursor: "done") }
        }
        if let count = file.count, count != lines {
            throw Fault(
                .clinicCountMismatch, .retry, "a file of \(file.typeTold) has \(lines) lines, not \(count)",
                hint: "the manifest and the file disagree; ask the clinic")
        }
    }

    /// Forgets what the clinic deleted (BLK-34).
    private func retract(
        _ file: ExportManifest.File, _ manifest: ExportManifest, _ statusURL: String
    ) async throws {
        var count = 0
        var isWhole = true
        await intake.tally.requested()
        _ = try await clinic.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
            var gone: [ResourceKey] = []
            for range in batch.lines {
                guard let bundle = try? FHIRBundle(JSONParser.parse(Array(batch.bytes[range]))) else {
                    isWhole = false
                    await intake.tally.refused(.clinicMalformedLine)
                    continue
                }
                gone += bundle.entries.compactMap { entry in
                    entry.request.flatMap { $0.method == "DELETE" ? intake.stager.key(of: $0.url) : nil }
                }
            }
            let keys = gone
            count += keys.count
            try await store.write { try $0.unstage(keys) }
        }
        observer(.note("\(count) resources were deleted at the clinic"))
        guard isWhole else { return }
        let (run, mark) = (run.id, mark(file, statusURL))
        try await store.write { try $0.recordProgress(run: run, unit: mark, cursor: "done") }
    }

    /// Reads the export's OperationOutcomes: an error means something is missing (BLK-33).
    private func read(errors file: ExportManifest.File, of manifest: ExportManifest) async throws {
        await intake.tally.requested()
        _ = try await clinic.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
            for range in batch.lines {
                let json = try? JSONParser.parse(Array(batch.bytes[range]))
                guard let outcome = json.flatMap(OperationOutcome.init) else {
                    await intake.tally.refused(.clinicMalformedLine)
                    continue
                }
                if outcome.worstSeverity.map({ $0 == .error || $0 == .fatal }) ?? true {
                    await intake.tally.refused(.clinicExportFailed)
                }
            }
        }
    }
}
