import PDex
import Pipeline

/// Reports to print.
enum RunReportSample {
    /// One parked exchange.
    static var parked: RunReport {
        var report = RunReport(run: "r1", job: "nightly-payer-sync", state: .partial)
        report.pulled.patients = 1
        report.exchanges.parked = [.payerRefused: 1]
        report.examples = [.payerRefused: "ex-b"]
        return report
    }
}
