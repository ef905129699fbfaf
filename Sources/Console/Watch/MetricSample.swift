import PDex

/// One value of a metric under its labels.
struct MetricSample: Sendable, Hashable {
    let metric: MetricName
    /// Appended to the name: `_sum` or `_count` of a summary.
    var suffix = ""
    let labels: [Label]
    let value: Double

    /// A name and a value.
    struct Label: Sendable, Hashable, Comparable {
        let name: String
        let value: String

        static func < (left: Label, right: Label) -> Bool { (left.name, left.value) < (right.name, right.value) }
    }

    init(_ metric: MetricName, suffix: String = "", _ labels: KeyValuePairs<String, String> = [:], _ value: Double) {
        self.init(metric, suffix: suffix, labels.map { Label(name: $0.key, value: $0.value) }, value)
    }

    init(_ metric: MetricName, suffix: String = "", _ labels: [Label], _ value: Double) {
        self.metric = metric
        self.suffix = suffix
        self.labels = labels.sorted()
        self.value = value
    }
}
