import Metrics
import PDex

/// Counts requests to a server and its answers, for monitoring (``PDex/MetricName``).
struct ServerMeter: Sendable {
    /// The configured name of the server.
    let host: String
    let factory: any MetricsFactory

    /// An answer came, good or bad.
    func answered(_ status: Int) {
        count(.requests, ["host": host, "code": String(status)])
    }

    /// A request ended without an answer.
    func failed(_ error: any Error) {
        guard let error = error as? TransportError else { return }
        count(.requests, ["host": host, "code": Fault(error, at: host).code.rawValue])
    }

    /// We waited for as long as the server asked.
    func waited(_ seconds: Double) {
        FloatingPointCounter(label: MetricName.retryAfter.rawValue, dimensions: [("host", host)], factory: factory)
            .increment(by: seconds)
    }

    /// A token was requested; `fault` says why it was not granted.
    func askedForToken(_ fault: Fault?) {
        count(.tokens, ["host": host, "outcome": fault?.code.rawValue ?? "granted"])
    }

    private func count(_ metric: MetricName, _ labels: KeyValuePairs<String, String>) {
        Counter(label: metric.rawValue, dimensions: labels.map { ($0.key, $0.value) }, factory: factory).increment()
    }
}
