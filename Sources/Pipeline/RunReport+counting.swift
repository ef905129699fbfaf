import PDex

extension RunReport {
    /// Takes the members' states from the store's tally.
    mutating func count(_ tally: [ExchangeTally]) {
        for line in tally {
            count(line.state, reason: line.reason, line.count)
        }
    }

    /// Takes the members' states from what a dry run would have written.
    mutating func count(planned made: [MadeExchange]) {
        for item in made {
            guard case .made(let exchange, let bundles, _, _) = item.work else { continue }
            count(exchange.state == .queued ? .acknowledged : exchange.state, reason: exchange.reason, 1)
            submitted.bundles += bundles.count
            submitted.entries += bundles.reduce(0) { $0 + $1.entries }
        }
    }

    private mutating func count(_ state: ExchangeState, reason: FaultCode?, _ count: Int) {
        switch state {
        case .acknowledged: exchanges.acknowledged += count
        case .unmatched: exchanges.unmatched += count
        case .withheld: exchanges.withheld[reason ?? .consentMissing, default: 0] += count
        case .parked, .cancelled: exchanges.parked[reason ?? .payerRefused, default: 0] += count
        case .staged, .matched, .permitted, .mapped, .queued, .submitted, .retrying: exchanges.retrying += count
        }
    }
}

extension RunReport.Resources {
    /// Counts what is staged and in no compartment of the roster: it is accounted for, though no member is looked at.
    mutating func add(outside: [FaultCode: Int]) {
        examined += outside.values.reduce(0, +)
        leftOut.merge(outside) { $0 + $1 }
    }

    static func += (left: inout RunReport.Resources, right: RunReport.Resources) {
        left.examined += right.examined
        left.sent += right.sent
        left.unchanged += right.unchanged
        left.leftOut.merge(right.leftOut) { $0 + $1 }
    }
}

extension RunReport.Submitted {
    static func += (left: inout RunReport.Submitted, right: KeepReceipts.Settled) {
        left.bundles += right.bundles
        left.entries += right.entries
    }
}
