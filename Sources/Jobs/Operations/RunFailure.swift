public import PDex
public import Pipeline

/// Why a run did not finish, and what can be reported about it nevertheless.
public struct RunFailure: Error, Sendable {
    /// The run: `failed` when it was closed, `running` when it stays open and can be resumed.
    public let report: RunReport
    /// What stopped it.
    public let fault: Fault

    /// Pairs a report with its fault, which is counted among the report's problems; the run took so many seconds.
    init(_ run: Run, _ state: Run.State, _ fault: Fault, seconds: Double = 0) {
        var report = RunReport(run: run.id, job: run.job, state: state)
        report.seconds = seconds
        report.problems = [fault.code: 1]
        report.fault = Obstacle(fault, among: [run.clinic, run.payer])
        self.report = report
        self.fault = fault
    }
}
