import PDex

/// Coverage or Consent by Bulk Data export from the payer, complete every time (BLK-04, BLK-20 … BLK-33).
struct RecordsExport {
    let payer: String
    let server: any ClinicServer
    let tally: PullTally
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void

    /// Exports `types` and passes on the lines; returns how many flaws the export itself reports.
    ///
    /// Throws `remote.incomplete` when a file is not proven complete, and `payer.capability-missing` when the payer
    /// takes too long.
    func read(_ types: [String], group: String?, _ deliver: (LineBatch) async throws -> Void) async throws -> Int {
        let level: ExportRequest.Level = group.map { .group($0) } ?? .patient
        await tally.requested()
        let start = try await server.startExport(ExportRequest(level: level, types: types, since: nil))
        let result: Result<Int, any Error>
        do { result = .success(try await read(start, types, deliver)) } catch { result = .failure(error) }
        // However it ended, nobody resumes it or knows of it (T6); not cancelled with this task.
        await Task { await server.finishExport(start.statusURL) }.value
        return try result.get()
    }

    private func read(
        _ start: ExportStart, _ types: [String], _ deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        let wait = ExportWait(for: "the export of its records", of: payer, at: server, tally, clock, observer)
        let manifest = try await wait.manifest(start.statusURL)
        // An error file of the export means that something is missing, whatever it says.
        var flaws = manifest.errors.count
        let wanted = Set(types)
        for file in manifest.output where file.type.map(wanted.contains) ?? true {
            await tally.requested()
            var lines = 0
            _ = try await server.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
                lines += batch.lines.count
                try await deliver(batch)
            }
            if let count = file.count, count != lines { flaws += 1 }
        }
        return flaws
    }
}
