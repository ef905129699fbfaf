import DeclarativeFiles
import PDex

extension DeclarativeNode {
    /// `deliver`: the defaults of ``Job/Delivery``, except where it says otherwise.
    func delivery(_ report: inout FileReport) -> Job.Delivery {
        let fields = fields(["as", "max-entries", "max-size", "rate"], in: "'deliver'", &report)
        let defaults = Job.Delivery()
        let size = fields["max-size"]?.byteSize(&report)
        if let size, let node = fields["max-size"], !(10_000...100_000_000).contains(size) {
            report.report("'max-size' must be from 10KB to 100MB", at: node)
        }
        return Job.Delivery(
            kind: fields["as"]?.choice(ExchangeTerms.Delivery.Kind.self, &report) ?? defaults.kind,
            maxEntries: fields["max-entries"]?.int(in: 2...10_000, &report) ?? defaults.maxEntries,
            maxBytes: size ?? defaults.maxBytes,
            perSecond: fields["rate"]?.rate(&report))
    }

    /// `retry`: the defaults of `RetryPolicy`, except where it says otherwise; a delivery out of attempts is parked.
    func retryPolicy(_ report: inout FileReport) -> RetryPolicy {
        enum Then: String, CaseIterable { case park }
        let fields = fields(["attempts", "from", "to", "then"], in: "'retry'", &report)
        _ = fields["then"]?.choice(Then.self, &report)
        let defaults = RetryPolicy()
        let attempts = fields["attempts"]?.int(in: 1...100, &report) ?? defaults.attempts
        let first = fields["from"]?.wait(&report) ?? defaults.firstSeconds
        let longest = fields["to"]?.wait(&report) ?? max(first, defaults.longestSeconds)
        if longest < first, let node = fields["to"] {
            report.report("'to' is the longest wait and must not be shorter than 'from', the first", at: node)
        }
        return RetryPolicy(attempts: attempts, firstSeconds: first, longestSeconds: longest)
    }

    /// A wait of at least one second, in seconds: a payer in trouble must not be hammered.
    private func wait(_ report: inout FileReport) -> Double? {
        guard let wait = duration(&report) else { return nil }
        if wait < .seconds(1) { report.report("a wait must be at least 1s", at: self) }
        return Double(wait.components.seconds)
    }
}
