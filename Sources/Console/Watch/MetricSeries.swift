import CoreMetrics
import Synchronization

/// The values of a metric under one set of labels.
final class MetricSeries: CounterHandler, FloatingPointCounterHandler, RecorderHandler, TimerHandler {
    private let state = Mutex<(sum: Double, count: Int)>((0, 0))

    /// The sum of all values, and how many there were.
    var value: (sum: Double, count: Int) { state.withLock { $0 } }

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func record(_ value: Int64) { add(Double(value)) }
    func record(_ value: Double) { add(value) }
    func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1e9) }

    func reset() { state.withLock { $0 = (0, 0) } }

    private func add(_ amount: Double) {
        state.withLock {
            $0.sum += amount
            $0.count += 1
        }
    }
}
