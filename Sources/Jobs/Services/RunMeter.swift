public import Metrics
import PDex
public import Pipeline

/// Counts what runs do, for those who monitor the service (``PDex/MetricName``).
public enum RunMeter {
    /// Counts what a run reports in progress.
    public static func count(_ event: RunEvent, to factory: any MetricsFactory = MetricsSystem.factory) {
        switch event {
        case .pulled(let type, let resources, _):
            add(resources, to: .resources, ["stage": "pull", "type": type, "outcome": "received"], factory)
        case .delivered(let bundles): add(bundles, to: .bundles, [:], factory)
        case .step, .waiting, .examined, .note: break
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
