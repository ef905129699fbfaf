public import CoreMetrics
import PDex
import Synchronization

/// Keeps the process's counts until they are read: the implementation behind swift-metrics.
///
/// Only metrics in ``PDex/MetricName`` are kept. Those that libraries count for themselves are dropped.
public final class MetricsRegistry: MetricsFactory {
    private struct Key: Hashable {
        let metric: MetricName
        let labels: [MetricSample.Label]
    }

    private let series = Mutex<[Key: MetricSeries]>([:])

    /// The most series of one metric: a label may hold what a server said, and must not fill the memory.
    static let mostSeriesOfAMetric = 500

    /// An empty registry.
    public init() {}

    /// A counter of that name; the counts of an unknown name are dropped.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        found(label, dimensions) ?? MetricSeries()
    }

    /// The same for fractions.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { found(label, dimensions) ?? MetricSeries() }

    /// A recorder: its values are added up and counted.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { found(label, dimensions) ?? MetricSeries() }

    /// A timer: its durations are added up and counted.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        found(label, dimensions) ?? MetricSeries()
    }

    /// Nothing to do: counts outlive their handlers.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Nothing to do.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Nothing to do.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Nothing to do.
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// Everything counted so far.
    var samples: [MetricSample] {
        series.withLock { $0 }.flatMap { key, series -> [MetricSample] in
            let value = series.value
            guard key.metric.kind == .summary else { return [MetricSample(key.metric, key.labels, value.sum)] }
            return [
                MetricSample(key.metric, suffix: "_sum", key.labels, value.sum),
                MetricSample(key.metric, suffix: "_count", key.labels, Double(value.count)),
            ]
        }
    }

    private func found(_ label: String, _ dimensions: [(String, String)]) -> MetricSeries? {
        guard let metric = MetricName(rawValue: label) else { return nil }
        let labels = dimensions.map { MetricSample.Label(name: $0.0, value: $0.1) }.sorted()
        return series.withLock { series in
            let key = Key(metric: metric, labels: labels)
            if let known = series[key] { return known }
            let isFull = series.keys.count { $0.metric == metric } >= Self.mostSeriesOfAMetric
            let rest = Key(metric: metric, labels: labels.map { .init(name: $0.name, value: "other") })
            if isFull, let known = series[rest] { return known }
            let new = MetricSeries()
            series[isFull ? rest : key] = new
            return new
        }
    }
}
