import PDex

extension RunReport {
    /// Counts where each member stands, and so what became of the resources in its bundles.
    mutating func count(_ tally: [ExchangeTally]) {
        for line in tally { count(line) }
    }

    /// Counts where each member would stand after a dry run, if the payer accepted everything.
    mutating func count(planned made: [MadeExchange]) {
        for item in made {
            switch item.work {
            case .unchanged: break
            case .met(let exchange): count(ExchangeTally(exchange, state: exchange.state))
            case .made(let exchange, let bundles, _, _):
                count(ExchangeTally(exchange, state: exchange.state == .queued ? .acknowledged : exchange.state))
                submitted.bundles += bundles.count
                submitted.entries += bundles.reduce(0) { $0 + $1.entries }
            }
        }
    }

    private mutating func count(_ line: ExchangeTally) {
        resources.unchanged += line.unchanged
        switch line.state {
        case .acknowledged:
            if let code = line.takesBackFor {
                stand(line.count, code)
            } else {
                exchanges.acknowledged += line.count
            }
            resources.sent += line.carried
        case .unmatched:
            exchanges.unmatched += line.count
            leave(line.carried, line.reason ?? .coverageMissing)
        case .withheld:
            exchanges.withheld[line.reason ?? .consentMissing, default: 0] += line.count
            leave(line.carried, line.reason ?? .consentMissing)
        case .parked:
            exchanges.parked[line.reason ?? .payerRefused, default: 0] += line.count
            leave(line.carried, line.reason ?? .payerRefused)
        case .cancelled:
            exchanges.cancelled[line.reason ?? .cancelledByOperator, default: 0] += line.count
            leave(line.carried, line.reason ?? .cancelledByOperator)
        case .staged, .matched, .permitted, .mapped, .queued, .submitted, .retrying:
            exchanges.retrying += line.count
            resources.waiting += line.carried
        }
    }

    /// Counts members of whom something was taken back where they stand: the payer has been brought nothing.
    private mutating func stand(_ count: Int, _ code: FaultCode) {
        switch code.exit {
        case .unmatched: exchanges.unmatched += count
        case .parked: exchanges.parked[code, default: 0] += count
        default: exchanges.withheld[code, default: 0] += count
        }
    }

    private mutating func leave(_ count: Int, _ reason: FaultCode) {
        if count > 0 { resources.leftOut[reason, default: 0] += count }
    }
}

extension ExchangeTally {
    fileprivate init(_ exchange: Exchange, state: ExchangeState) {
        self.init(
            state: state, reason: exchange.reason, count: 1, carried: exchange.carried, unchanged: exchange.unchanged,
            takesBackFor: state == .acknowledged ? exchange.takesBackFor : nil)
    }
}

extension RunReport.Resources {
    /// Counts what is staged outside the compartments of the roster: it is accounted for without examining a member.
    mutating func add(outside: [FaultCode: Int]) {
        examined += outside.values.reduce(0, +)
        leftOut.merge(outside) { $0 + $1 }
    }

    static func += (left: inout RunReport.Resources, right: RunReport.Resources) {
        left.examined += right.examined
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
