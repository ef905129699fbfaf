import FHIR
import PDex

/// Pulls by Bulk Data export; after a crash it resumes a running export and skips files already staged.
struct BulkExportPull: Sendable {
    let terms: ExchangeTerms
    /// The types to request.
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

    /// Exports at `level` and stages every file; the caller moves the watermark, and drops the export when the run is
    /// closed.
    ///
    /// An export that failed for good is dropped: while it exists, the clinic may refuse the next one. Throws
    /// ``GivenUpExport`` when the clinic may be searched instead.
    func pull(_ level: ExportRequest.Level, orSearch: Bool) async throws -> FinishedExport {
        let export = export
        let (statusURL, manifest) =
            try await orSearch ? export.finishedUnlessGivenUp(level) : export.finished(level)
        return try await export.dropping(statusURL) { try await stage(manifest, of: export, at: statusURL) }
    }

    private func stage(
        _ manifest: ExportManifest, of export: RunningExport, at statusURL: String
    ) async throws -> FinishedExport {
        let (progress, dropped) = try await store.read { [run] in
            (try $0.pullProgress(run: run.id), try RunningExport.dropped(run.id, $0))
        }
        // A clinic that refuses `_type` exports everything: files of types not requested are not even fetched.
        let isWider = dropped.contains(ExportStart.Parameter.type.rawValue)
        let wanted = Set(types)
        let links = FreshLinks(manifest, export: export, statusURL: statusURL, clock: clock)
        let marks = FileMarks(progress, manifest, at: statusURL)
        for place in FilePlace.all(.output, of: manifest) where !marks.isWhole(place) {
            let type = manifest[place].type
            guard !isWider || type.map(wanted.contains) ?? true else {
                await intake.tally.noted(.clinicTypeNotAsked)
                continue
            }
            try await fetch("a file of \(manifest[place].typeTold)", place, links) {
                try await stage($0, at: place, manifest, marks)
            }
        }
        for place in FilePlace.all(.deleted, of: manifest) where !marks.isWhole(place) {
            try await fetch("a file of deletions", place, links) { try await retract($0, at: place, manifest, marks) }
        }
        for place in FilePlace.all(.errors, of: manifest) {
            try await fetch("a file of outcomes", place, links) { try await read(errors: $0, of: manifest) }
        }
        return FinishedExport(
            transactionTime: manifest.transactionTime, since: progress[RunningExport.sinceMark].flatMap { Instant($0) },
            statusURL: statusURL)
    }

    /// Works on a finished export, which is dropped if it turns out to be useless.
    func dropping(_ finished: FinishedExport, _ work: () async throws -> Void) async throws {
        try await export.dropping(finished.statusURL, work)
    }

    /// Faults of a transfer, not of the export: in another run the file may still come.
    private static let passing: Set<FaultCode> = [.remoteIncomplete, .remoteFailed, .remoteThrottled, .remoteTimeout]

    /// Tells the clinic that the export may be dropped, unless all that is missing may still come from it (BLK-50).
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

    /// How servers and their object stores refuse an expired link.
    private static let ofOldLinks: Set<FaultCode> = [.clinicFileGone, .authForbidden, .remoteRefused]
    /// Faults that concern one file alone, wherever the server keeps it.
    private static let ofOneFile: Set<FaultCode> = ofOldLinks.union([.remoteMalformed, .remoteTooLarge, .remotePolicy])

    /// Fetches one file, by a new link if its own has expired. A fault of one file does not affect the others.
    private func fetch(
        _ what: String, _ place: FilePlace, _ links: FreshLinks, _ take: (ExportManifest.File) async throws -> Void
    ) async throws {
        do {
            try await unit.fetch(what) {
                let file = try await links.file(place)
                do {
                    try await take(file)
                } catch let fault as Fault where Self.ofOldLinks.contains(fault.code) {
                    guard let other = try await links.other(than: file, place) else { throw fault }
                    try await take(other)
                }
            }
        } catch let fault as Fault where Self.ofOneFile.contains(fault.code) {
            observer(
                .note("\(what) cannot be had (\(fault.code.rawValue)); the run goes on without it: \(fault.message)"))
            await intake.tally.refused(fault.code)
        }
    }

    /// Whether any of a run's files have been staged.
    static func hasBegun(_ progress: [String: String]) -> Bool { progress.keys.contains { $0.hasPrefix("file:") } }

    private func stage(
        _ file: ExportManifest.File, at place: FilePlace, _ manifest: ExportManifest, _ marks: FileMarks
    ) async throws {
        // A download delivers a quarter of a mebibyte at a time, or more when one line is longer.
        var held = LineBuffer(capacity: Self.batchBytes + (1 << 20))
        var lines = 0
        var headers = 0
        var refused = 0
        await intake.tally.requested()
        _ = try await clinic.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
            // Only a file without a stated type may be organized by patient (BLK-14, BLK-32).
            let resources = file.type == nil ? batch.withoutHeaders() : batch
            lines += resources.lines.count
            headers += batch.lines.count - resources.lines.count
            held.append(resources)
            if held.bytes.count >= Self.batchBytes {
                refused += try await intake.stage(held.take(), expecting: file.type)
            }
        }
        let miscount = Self.miscount(of: file, lines, lines + headers)
        let isWhole = refused == 0 && miscount == nil
        let (run, mark) = (run.id, marks.mark(place))
        // The file and its mark commit together, so that a crash only re-downloads the file in flight. A flawed file
        // gets no mark: a resumed run meets the flaw again instead of forgetting it.
        try await intake.stage(held.take(), expecting: file.type) {
            if isWhole { try $0.recordProgress(run: run, unit: mark.unit, cursor: mark.cursor) }
        }
        if let miscount { throw miscount }
    }

    /// The fault of a file whose manifest states another count; a manifest need not state any (BLK-31).
    private static func miscount(of file: ExportManifest.File, _ lines: Int, _ withHeaders: Int? = nil) -> Fault? {
        guard let count = file.count, count != lines, count != withHeaders else { return nil }
        return Fault(
            .clinicCountMismatch, .retry, "a file of \(file.typeTold) has \(lines) lines, not \(count)",
            hint: "the manifest and the file disagree; ask the clinic")
    }

    /// Deletes what the clinic deleted (BLK-34).
    private func retract(
        _ file: ExportManifest.File, at place: FilePlace, _ manifest: ExportManifest, _ marks: FileMarks
    ) async throws {
        var count = 0
        var lines = 0
        var isWhole = true
        let deletion = Deletion(payer: terms.payer.name, run: self.run.id, stager: intake.stager)
        await intake.tally.requested()
        _ = try await clinic.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
            var gone: [ResourceKey] = []
            lines += batch.lines.count
            for range in batch.lines {
                guard let bundle = try? FHIRBundle(JSONParser.parse(Array(batch.bytes[range]))) else {
                    isWhole = false
                    await intake.tally.refused(.clinicMalformedLine)
                    continue
                }
                let keys = bundle.entries.map { entry in
                    entry.request.flatMap { $0.method == "DELETE" ? intake.stager.key(of: $0.url) : nil }
                }
                // A condition, another server, or no request: the resource stays, and this is counted so that it shows.
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
        observer(.note(count.counting("resource was", "resources were") + " deleted at the clinic"))
        if let miscount = Self.miscount(of: file, lines) { throw miscount }
        guard isWhole else { return }
        let (run, mark) = (run.id, marks.mark(place))
        try await store.write { try $0.recordProgress(run: run, unit: mark.unit, cursor: mark.cursor) }
    }

    /// Reads the export's OperationOutcomes: an error means something is missing (BLK-33).
    private func read(errors file: ExportManifest.File, of manifest: ExportManifest) async throws {
        var lines = 0
        await intake.tally.requested()
        _ = try await clinic.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
            lines += batch.lines.count
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
        if let miscount = Self.miscount(of: file, lines) { throw miscount }
    }
}
