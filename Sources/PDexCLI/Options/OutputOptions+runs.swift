import Jobs
import Pipeline

extension OutputOptions {
    /// Carries out a run; if it fails, its report is still written for programs before the fault ends the command.
    ///
    /// People see only the fault: the sheet of a run that did not end has sums that do not add up.
    func reporting(_ progress: RunProgress, _ run: () async throws -> RunReport) async throws -> RunReport {
        do {
            return try await run()
        } catch let failure as RunFailure {
            progress.end()
            if output != .text { results.write(failure.report.json, text: "") }
            throw failure
        }
    }
}
