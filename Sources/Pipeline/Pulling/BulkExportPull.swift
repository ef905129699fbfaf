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
    let observer: @Sendable (RunEvent) -> Void

    /// A batch is written when it holds this many bytes: large enough that `synchronous=FULL` costs little.
    private static let batchBytes = 4 << 20
    /// An export that takes longer is given up and tried again by the next run (BLK-25).
    private static let longestWaitSeconds = 12.0 * 3600

    /// Exports, stages every file, and moves the watermark once everything is in.
    func pull() async throws {
        let scope = PullScope.export(terms.selection)
        let (statusURL, manifest) = try await finishedExport(scope: scope)
        let done = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        for file in manifest.output where done["file:" + file.url] == nil {
            try await stage(file, of: manifest)
        }
        for file in manifest.deleted where done["file:" + file.url] == nil {
            try await retract(file, of: manifest)
        }
        for file in manifest.errors where done["file:" + file.url] == nil {
            try await read(errors: file, of: manifest)
        }
        if await intake.tally.problems.isEmpty {
            let source = terms.clinic.name
            try await store.write {
                try $0.setWatermark(manifest.transactionTime, source: source, scope: scope)
            }
        }
        await clinic.finishExport(statusURL)
    }

    /// Adopts the export that this run started before it was interrupted, or starts one (BLK-18).
    private func finishedExport(scope: String) async throws -> (statusURL: String, ExportManifest) {
        let run = run.id
        if let known = try await store.read({ try $0.pullProgress(run: run)["export"] }) {
            do {
                return (known, try await poll(known))
            } catch let fault as Fault where fault.disposition == .halt {
                observer(.note("the export of the interrupted run is gone; a new one is started"))
            }
        }
        let statusURL = try await begin(scope: scope)
        return (statusURL, try await poll(statusURL))
    }

    /// Starts an export; its status URL is kept before the first poll.
    private func begin(scope: String) async throws -> String {
        let run = run.id
        let since = try await PullScope.since(terms, scope: scope, store: store)
        let level: ExportRequest.Level = terms.selection.group.map { .group($0) } ?? .patient
        let request = ExportRequest(level: level, types: terms.selection.pulledTypes, since: since)
        await intake.tally.requested()
        let statusURL = try await clinic.startExport(request)
        try await store.write { try $0.recordProgress(run: run, unit: "export", cursor: statusURL) }
        return statusURL
    }

    private func poll(_ statusURL: String) async throws -> ExportManifest {
        var wait = 1.0
        var waited = 0.0
        while true {
            await intake.tally.requested()
            switch try await clinic.pollExport(statusURL) {
            case .complete(let manifest):
                return manifest
            case .running(let retryAfter, _):
                let seconds = max(Double(retryAfter ?? 0), wait)
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

    private func stage(_ file: ExportManifest.File, of manifest: ExportManifest) async throws {
        var held = LineBuffer()
        var lines = 0
        await intake.tally.requested()
        _ = try await clinic.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
            lines += batch.lines.count
            held.append(batch)
            if held.bytes.count >= Self.batchBytes {
                try await intake.stage(held.take(), expecting: file.type, finally: { _ in })
            }
        }
        guard file.count == nil || file.count == lines else {
            await intake.tally.refused(.clinicCountMismatch)
            try await intake.stage(held.take(), expecting: file.type, finally: { _ in })
            return
        }
        let run = run.id
        try await intake.stage(held.take(), expecting: file.type) {
            // The file and its mark commit together: a crash re-downloads only the file in flight.
            try $0.recordProgress(run: run, unit: "file:" + file.url, cursor: "done")
        }
    }

    /// Forgets what the clinic deleted (BLK-34).
    private func retract(_ file: ExportManifest.File, of manifest: ExportManifest) async throws {
        var gone: [ResourceKey] = []
        await intake.tally.requested()
        _ = try await clinic.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
            for range in batch.lines {
                guard let bundle = try? FHIRBundle(JSONParser.parse(Array(batch.bytes[range]))) else {
                    await intake.tally.refused(.clinicMalformedLine)
                    continue
                }
                gone += bundle.entries.compactMap { entry in
                    entry.request.flatMap { $0.method == "DELETE" ? intake.stager.key(of: $0.url) : nil }
                }
            }
        }
        let (run, keys) = (run.id, gone)
        try await store.write {
            try $0.unstage(keys)
            try $0.recordProgress(run: run, unit: "file:" + file.url, cursor: "done")
        }
        observer(.note("\(keys.count) resources were deleted at the clinic"))
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
