public import PDex
public import Pipeline

/// Why a run did not finish, and what can be reported about it nevertheless.
public struct RunFailure: Error, Sendable {
    /// The run: `failed` when it was closed, `running` when it stays open and can be resumed.
    public let report: RunReport
    /// What stopped it.
    public let fault: Fault

    /// Pairs a run's report with the fault, which it counts as its only problem.
    init(_ run: Run, _ state: Run.State, _ fault: Fault) {
        var report = RunReport(run: run.id, job: run.job, state: state)
        report.problems = [fault.code: 1]
        self.report = report
        self.fault = fault
    }
}
