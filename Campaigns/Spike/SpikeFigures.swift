/// The outcome of a spike.
struct SpikeFigures: CustomStringConvertible {
    /// One request, as its client saw it.
    struct Answer: Sendable {
        /// The status; 0 when there was no answer.
        let status: Int
        let milliseconds: Double
        let hasRetryAfter: Bool
        /// The request that was accepted.
        let id: String?
    }

    let answers: [Answer]
    /// Requests accepted, and completed in the end.
    var completed = 0
    /// Requests accepted, but unknown or failed in the end.
    var lost = 0
    /// Requests accepted, but not answered when patience ran out.
    var open = 0
    /// Submissions still in the outbox.
    var queued = 0
    /// The most deliveries that the payer had under way at once, and how many it can take.
    var mostAtOnce = 0
    let limit: Int
    /// The largest resident set of the service, in MiB.
    var mebibytes = 0
    /// The exit status of the night that ran meanwhile.
    var night: Int32 = -1
    /// How long the service took to stop, and its exit status.
    var stopSeconds = 0.0
    var stopStatus: Int32 = -1
    /// From the end of the spike until everything accepted was answered.
    var drainSeconds = 0.0

    private var accepted: [Answer] { answers.filter { $0.status == 202 } }
    private var busy: [Answer] { answers.filter { $0.status == 429 } }
    private var odd: Int { answers.count - accepted.count - busy.count }

    private func percentile(_ share: Double, of answers: [Answer]) -> Double {
        let sorted = answers.map(\.milliseconds).sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    /// Whether every promise was kept.
    var isRight: Bool {
        odd == 0 && open == 0 && busy.allSatisfy(\.hasRetryAfter) && lost == 0 && queued == 0 && !accepted.isEmpty
            && completed == Set(accepted.compactMap(\.id)).count && percentile(0.99, of: accepted) < 500
            && mebibytes <= 256 && mostAtOnce > 0 && mostAtOnce <= limit && [0, 3].contains(night)
            && stopStatus == 0 && stopSeconds < 30
    }

    var description: String {
        """
        \(answers.count) requests: \(accepted.count) accepted, \(busy.count) told to come again \
        (\(busy.count { !$0.hasRetryAfter }) not when), \(odd) otherwise
        accepted in \(Int(percentile(0.5, of: accepted))) ms in the middle, \(Int(percentile(0.99, of: accepted))) ms at the \
        99th percentile; told to come again in \(Int(percentile(0.99, of: busy))) ms
        \(completed) completed, \(lost) lost, \(open) open, \(queued) left in the outbox, \(Int(drainSeconds)) s after the spike
        at most \(mostAtOnce) deliveries at once of \(limit), \(mebibytes) MiB, the night ended with \(night)
        stopped with \(stopStatus) after \(Int(stopSeconds)) s: \(isRight ? "as promised" : "NOT as promised")
        """
    }
}
