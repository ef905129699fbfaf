import Jobs
import Pipeline

extension OutputOptions {
    /// Carries out a run; if it fails, its report is still written for programs before the fault ends the command.
    ///
    /// People read the fault alone: a sheet of a run that did not end says nothing that adds up.
    func reporting<Report: Sendable>(
        _ progress: RunProgress, _ run: () async throws -> Report
    ) async throws -> Report {
        do {
            return try await run()
        } catch let failure as RunFailure {
            progress.end()
            if output != .text { results.write(failure.report.json, text: "") }
            throw failure
        }
    }
}
