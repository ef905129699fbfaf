public import Metrics
import PDex
public import Pipeline

/// Counts what runs do, for those who monitor the service (``PDex/MetricName``).
public enum RunMeter {
    /// Begins to count at 0 what would not be there before it happens: nobody sees the first of what appears with it.
    public static func begin(payers: Set<String>, at factory: any MetricsFactory = MetricsSystem.factory) {
        for payer in payers {
            Counter(label: MetricName.bundles.rawValue, dimensions: [("payer", payer)], factory: factory)
                .increment(by: 0)
        }
    }

    /// Counts what a run tells while it goes on.
    public static func count(_ event: RunEvent, to factory: any MetricsFactory = MetricsSystem.factory) {
        switch event {
        case .pulled(let type, let resources, _):
            add(resources, to: .resources, ["stage": "pull", "type": type, "outcome": "received"], factory)
        case .delivered(let payer, let bundles): add(bundles, to: .bundles, ["payer": payer], factory)
        case .paused(let payer, let seconds):
            FloatingPointCounter(
                label: MetricName.retryAfter.rawValue, dimensions: [("host", payer)], factory: factory
            ).increment(by: seconds)
        case .step, .waiting, .examined, .closed, .opened, .parked, .note: break
        }
    }

    /// Counts the results of a run.
    static func count(_ report: RunReport, to factory: any MetricsFactory = MetricsSystem.factory) {
        let resources = report.resources
        let outcomes =
            [("sent", resources.sent), ("unchanged", resources.unchanged), ("waiting", resources.waiting)]
            + resources.leftOut.map { ($0.key.rawValue, $0.value) }
        for (outcome, count) in outcomes {
            add(count, to: .resources, ["stage": "exchange", "type": "", "outcome": outcome], factory)
        }
        Timer(
            label: MetricName.runDuration.rawValue,
            dimensions: [("job", report.job), ("state", report.state.rawValue)], factory: factory
        ).recordSeconds(report.seconds)
    }

    private static func add(
        _ count: Int, to metric: MetricName, _ labels: KeyValuePairs<String, String>, _ factory: any MetricsFactory
    ) {
        guard count > 0 else { return }
        Counter(label: metric.rawValue, dimensions: labels.map { ($0.key, $0.value) }, factory: factory).increment(
            by: count)
    }
}
