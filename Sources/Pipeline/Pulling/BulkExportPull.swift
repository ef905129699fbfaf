import FHIR
import PDex

/// Pulls by Bulk Data export; resumes a running export and finished files after a crash.
struct BulkExportPull: Sendable {
    let terms: ExchangeTerms
    /// The types to ask for.
    let types: [String]
    let run: Run
    let clinic: any ClinicServer
    let store: any Store
    let intake: Intake
    let clock: any WallClock
    let unit: PullUnit
    let observer: @Sendable (RunEvent) -> Void

    /// A batch is written when it holds this many bytes: large enough that `synchronous=FULL` costs little.
    private static let batchBytes = 4 << 20

    /// Exports at `level` and stages every file; the caller moves the watermark, and drops the export when
    /// the run is closed.
    ///
    /// An export that came to nothing for good is dropped: while it goes on, the clinic may refuse the next one.
    func pull(_ level: ExportRequest.Level) async throws -> FinishedExport {
        let (statusURL, manifest) = try await export.finished(level)
        return try await export.dropping(statusURL) { try await stage(manifest, of: export, at: statusURL) }
    }

    private func stage(
        _ manifest: ExportManifest, of export: RunningExport, at statusURL: String
    ) async throws -> FinishedExport {
        let progress = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        // A clinic that refuses `_type` exports everything: what nobody asked for is not even fetched.
        let isWider = RunningExport.dropped(progress).contains(ExportStart.Parameter.type.rawValue)
        let wanted = Set(types)
        let links = FreshLinks(manifest, export: export, statusURL: statusURL, clock: clock)
        for (place, file) in manifest.output.enumerated() where progress[mark(file, statusURL)] == nil {
            guard !isWider || file.type.map(wanted.contains) ?? true else {
                await intake.tally.noted(.clinicTypeNotAsked)
                continue
            }
            try await fetch("a file of \(file.typeTold)", \.output, place, links) {
                try await stage($0, manifest, statusURL)
            }
        }
        for (place, file) in manifest.deleted.enumerated() where progress[mark(file, statusURL)] == nil {
            try await fetch("a file of deletions", \.deleted, place, links) {
                try await retract($0, manifest, statusURL)
            }
        }
        for place in manifest.errors.indices {
            try await fetch("a file of outcomes", \.errors, place, links) { try await read(errors: $0, of: manifest) }
        }
        return FinishedExport(
            transactionTime: manifest.transactionTime, since: progress[RunningExport.sinceMark].flatMap { Instant($0) },
            statusURL: statusURL)
    }

    /// What a transfer can come to although the export is whole: by another run the file may come.
    private static let passing: Set<FaultCode> = [.remoteIncomplete, .remoteFailed, .remoteThrottled, .remoteTimeout]

    /// Tells the clinic that the export may be dropped, unless all that is missing may still come of it (BLK-50).
    func end(_ finished: FinishedExport) async {
        let problems = await intake.tally.problems
        if export.isKept, !problems.isEmpty, problems.keys.allSatisfy(Self.passing.contains) {
            observer(.note("the clinic's export is kept for the next run, which may fetch what did not come"))
        } else {
            await export.drop(finished.statusURL)
        }
    }

    private var export: RunningExport {
        RunningExport(
            terms: terms, types: types, run: run, clinic: clinic, store: store, tally: intake.tally, clock: clock,
            observer: observer)
    }

    /// What is said of one file alone: scopes may leave out a type, and a signed link that grew old is refused, too.
    private static let ofOneFile: Set<FaultCode> = [.clinicFileGone, .authForbidden]

    /// Fetches one file; by a fresh link when its own is no longer good. A file that is gone or refused costs no other.
    private func fetch(
        _ what: String, _ list: FreshLinks.List, _ place: Int,
        _ links: FreshLinks, _ take: (ExportManifest.File) async throws -> Void
    ) async throws {
        do {
            try await unit.fetch(what) {
                let file = await links.file(list, place)
                do {
                    try await take(file)
                } catch let fault as Fault where Self.ofOneFile.contains(fault.code) {
                    guard let fresh = try await links.fresh(list, place) else { throw fault }
                    try await take(fresh)
                }
            }
        } catch let fault as Fault where Self.ofOneFile.contains(fault.code) {
            let why = fault.code == .authForbidden ? "is refused (403)" : "is gone"
            observer(.note("\(what) \(why); the run goes on without it"))
            await intake.tally.refused(fault.code)
        }
    }

    /// Whether some of a run's files were staged already.
    static func hasBegun(_ progress: [String: String]) -> Bool { progress.keys.contains { $0.hasPrefix("file:") } }

    /// A file belongs to one export: another may have the same addresses.
    private func mark(_ file: ExportManifest.File, _ statusURL: String) -> String {
        "file:\(statusURL) \(file.url)"
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
        let deletion = Deletion(payer: terms.payer.name, run: self.run.id)
        await intake.tally.requested()
        _ = try await clinic.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
            var gone: [ResourceKey] = []
            for range in batch.lines {
                guard let bundle = try? FHIRBundle(JSONParser.parse(Array(batch.bytes[range]))) else {
                    isWhole = false
                    await intake.tally.refused(.clinicMalformedLine)
                    continue
                }
                let keys = bundle.entries.map { entry in
                    entry.request.flatMap { $0.method == "DELETE" ? intake.stager.key(of: $0.url) : nil }
                }
                // A condition, another server, or no request: what was deleted stays, and nobody may think otherwise.
                let odd = keys.count { $0 == nil }
                isWhole = isWhole && odd == 0
                await intake.tally.refused(.clinicOddDeletion, odd)
                gone += keys.compactMap(\.self)
            }
            let keys = gone
            count += keys.count
            let now = intake.now
            try await store.write { try deletion.delete(keys, at: now, $0) }
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
