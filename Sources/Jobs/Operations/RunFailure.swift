public import PDex
public import Pipeline

/// Why a run did not come to its end, and what can be reported of it nevertheless.
public struct RunFailure: Error, Sendable {
    /// The run: `failed` when it was closed, `running` when it stays open and can be gone on with.
    public let report: RunReport
    /// What stopped it.
    public let fault: Fault

    /// Pairs a report with its fault, which is counted among the report's problems.
    init(_ run: Run, _ state: Run.State, _ fault: Fault) {
        var report = RunReport(run: run.id, job: run.job, state: state)
        report.problems = [fault.code: 1]
        report.fault = Obstacle(fault, among: [run.clinic, run.payer])
        self.report = report
        self.fault = fault
    }
}
