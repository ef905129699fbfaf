import Metrics
import PDex

/// Counts what a server is asked and how it answers, for whoever watches the service (``PDex/MetricName``).
struct ServerMeter: Sendable {
    /// The configured name of the server.
    let host: String
    let factory: any MetricsFactory

    /// An answer came, good or bad.
    func answered(_ status: Int) {
        count(.requests, ["host": host, "code": String(status)])
    }

    /// No answer was had.
    func failed(_ error: any Error) {
        guard let error = error as? TransportError else { return }
        count(.requests, ["host": host, "code": Fault(error, at: host).code.rawValue])
    }

    /// The server asked for patience, and had it.
    func waited(_ seconds: Double) {
        FloatingPointCounter(label: MetricName.retryAfter.rawValue, dimensions: [("host", host)], factory: factory)
            .increment(by: seconds)
    }

    /// A token was asked for; `fault` says why there is none.
    func askedForToken(_ fault: Fault?) {
        count(.tokens, ["host": host, "outcome": fault?.code.rawValue ?? "granted"])
    }

    private func count(_ metric: MetricName, _ labels: KeyValuePairs<String, String>) {
        Counter(label: metric.rawValue, dimensions: labels.map { ($0.key, $0.value) }, factory: factory).increment()
    }
}
