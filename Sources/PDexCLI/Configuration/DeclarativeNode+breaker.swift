import DeclarativeFiles
import PDex

extension DeclarativeNode {
    /// `circuit-breaker` of a payer: the defaults of `BreakerPolicy`, except where it says otherwise.
    func breakerPolicy(_ report: inout FileReport) -> BreakerPolicy {
        let fields = fields(["failures", "budget", "from", "to"], in: "'circuit-breaker'", &report)
        let defaults = BreakerPolicy()
        let first = fields["from"]?.pause(&report) ?? defaults.firstSeconds
        let longest = fields["to"]?.pause(&report) ?? max(first, defaults.longestSeconds)
        if longest < first, let node = fields["to"] {
            report.report("'to' is the longest pause and must not be shorter than 'from', the first", at: node)
        }
        return BreakerPolicy(
            failures: fields["failures"]?.int(in: 1...1000, &report) ?? defaults.failures,
            budget: fields["budget"]?.int(in: 1...100_000, &report) ?? defaults.budget,
            firstSeconds: first, longestSeconds: longest)
    }

    /// A pause of at least a second, in seconds.
    private func pause(_ report: inout FileReport) -> Double? {
        guard let pause = duration(&report) else { return nil }
        if pause < .seconds(1) { report.report("a pause must be at least 1s", at: self) }
        return Double(pause.components.seconds)
    }
}
