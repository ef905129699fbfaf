import FHIR
import PDex

/// Step 7: keeps what the payer answered and moves submission and exchange on, in one transaction for many.
struct KeepReceipts: Sendable {
    /// What a group of deliveries came to.
    struct Settled: Sendable {
        var bundles = 0
        var entries = 0
        /// Until when the payer is left alone from now on.
        var closedUntil: Instant?
    }

    let terms: ExchangeTerms
    let store: any Store
    let clock: any WallClock
    let random: @Sendable () -> Double
    let actor: String
    let divider: BundleDivider
    let limits: SizeLimits

    /// Settles a group of deliveries.
    func settle(_ results: [Submit.Result]) async throws -> Settled {
        let now = clock.now()
        let jitters = results.map { _ in random() }
        let pause = random()
        return try await store.write { writer in
            var settled = Settled()
            var health = PayerHealth(terms, at: now, jitter: pause, try writer.breakers())
            for (result, jitter) in zip(results, jitters) {
                try settle(result, at: now, jitter: jitter, &health, writer, &settled)
            }
            settled.closedUntil = try health.keep(by: actor, writer)
            return settled
        }
    }

    private func settle(
        _ result: Submit.Result, at now: Instant, jitter: Double, _ health: inout PayerHealth,
        _ writer: any StoreWriter, _ settled: inout Settled
    ) throws {
        switch result {
        case .withheld(let lease, let fault):
            try withhold(lease.submission, fault, at: now, writer)
            health.breaker.gaveUp(lease.submission.id, at: now)
        case .unsent(let lease, _):
            try release(lease.submission, at: now, writer)
            health.breaker.gaveUp(lease.submission.id, at: now)
        case .found(let lease, let locations):
            let submission = lease.submission
            settled.bundles += 1
            settled.entries += submission.entries
            let receipt = receipt(submission, .readBack, "read back", nil, nil, locations, now)
            try move(
                submission, to: .acknowledged, notBefore: nil, receipt, nil,
                why: ReadBack.Finding.asSent(locations).words, at: now, writer)
            // That it can be read does not tell whether it takes anything.
            health.breaker.gaveUp(submission.id, at: now)
        case .answered(let lease, let permit, .success(let answer), let finding):
            let submission = lease.submission
            let reading = AnswerReading.reading(answer, to: lease, payer: terms.payer.name)
            if case .acknowledged = reading {
                settled.bundles += 1
                settled.entries += submission.entries
            }
            let why = [permit.words, finding?.words].compactMap(\.self).joined(separator: "; ")
            if case .divide(let fault, let outcome) = reading {
                try divide(lease, fault, as: AnswerMark(answer), outcome, at: now, writer)
            } else {
                try keep(reading, of: submission, why: why, as: AnswerMark(answer), at: now, jitter: jitter, writer)
            }
            health.see(reading, of: submission)
        case .answered(let lease, let permit, .failure(let fault), _):
            let reading: AnswerReading =
                fault.disposition == .retry ? .retry(fault, outcome: nil) : .park(fault, outcome: nil)
            try keep(reading, of: lease.submission, why: permit.words, as: .none, at: now, jitter: jitter, writer)
            health.see(reading, of: lease.submission)
        }
    }

    private func keep(
        _ reading: AnswerReading, of submission: Submission, why: String, as mark: AnswerMark, at now: Instant,
        jitter: Double,
        _ writer: any StoreWriter
    ) throws {
        switch reading {
        case .acknowledged(let locations):
            let receipt = receipt(submission, mark, "acknowledged", nil, nil, locations, now)
            try move(submission, to: .acknowledged, notBefore: nil, receipt, nil, why: why, at: now, writer)
        case .park(let fault, let outcome), .divide(let fault, let outcome):
            let receipt = receipt(submission, mark, "parked", fault.code, outcome, [], now)
            try move(submission, to: .parked, notBefore: nil, receipt, fault, at: now, writer)
        case .retry(let fault, let outcome):
            let wait = terms.retry.wait(
                afterAttempt: submission.attempts, jitter: jitter, retryAfterSeconds: fault.retryAfterSeconds)
            guard let wait else {
                let exhausted = Fault(
                    .attemptsExhausted, .park,
                    "\(submission.attempts) attempts failed, the last with \(fault.code.rawValue)",
                    hint: "see the receipts; once the payer answers again, replay the exchange")
                let receipt = receipt(submission, mark, "parked", fault.code, outcome, [], now)
                try move(submission, to: .parked, notBefore: nil, receipt, exhausted, at: now, writer)
                return
            }
            let receipt = receipt(submission, mark, "retrying", fault.code, outcome, [], now)
            let due = now.adding(milliseconds: Int64(wait * 1000))
            try move(submission, to: .retrying, notBefore: due, receipt, fault, at: now, writer)
        }
    }

    /// Gives back a claim that was not used; the attempt does not count.
    private func release(_ submission: Submission, at now: Instant, _ writer: any StoreWriter) throws {
        try writer.release(submission.id, epoch: submission.epoch)
        try follow(submission, nil, at: now, writer)
    }

    /// Consent was withdrawn since: what is not yet delivered is taken back (CO-10).
    private func withhold(
        _ submission: Submission, _ fault: Fault, at now: Instant, _ writer: any StoreWriter
    ) throws {
        let receipt = receipt(submission, .none, "withheld", fault.code, nil, [], now)
        guard
            try writer.settle(
                submission.id, epoch: submission.epoch, as: .cancelled, notBefore: nil, receipt: receipt)
        else { return }
        _ = try writer.cancelOpenSubmissions(ofExchange: submission.exchange)
        let id = submission.exchange
        guard let exchange = try writer.standing(ofExchange: id), exchange.state.successors.contains(.withheld)
        else { return }
        try advance(id, of: exchange.run, to: .withheld, fault, at: now, writer)
    }

    func move(
        _ submission: Submission, to state: SubmissionState, notBefore: Instant?, _ receipt: Receipt,
        _ fault: Fault?, why: String? = nil, at now: Instant, _ writer: any StoreWriter
    ) throws {
        let isOwner = try writer.settle(
            submission.id, epoch: submission.epoch, as: state, notBefore: notBefore, receipt: receipt)
        if isOwner { try follow(submission, fault, why: why, at: now, writer) }
    }

    /// Moves the exchange to where its submissions stand.
    func follow(
        _ submission: Submission, _ fault: Fault?, why: String? = nil, at now: Instant, _ writer: any StoreWriter
    ) throws {
        let id = submission.exchange
        guard let progress = try writer.progress(ofExchange: id) else { return }
        let exchange = progress.standing
        let next = ExchangeState.summarizing(progress.submissions)
        guard next != exchange.state, exchange.state.successors.contains(next) else { return }
        try advance(id, of: exchange.run, to: next, next == .acknowledged ? nil : fault, why: why, at: now, writer)
    }

    func advance(
        _ exchange: String, of run: String, to state: ExchangeState, _ fault: Fault?, why: String? = nil,
        at now: Instant,
        _ writer: any StoreWriter
    ) throws {
        let entry = AuditEntry(
            at: now, actor: actor, action: "exchange." + state.rawValue, run: run, exchange: exchange,
            reason: fault?.code.rawValue ?? why)
        try writer.advance(
            exchange, to: state, reason: fault?.code, detail: fault?.message, at: now, audit: entry)
    }

    func receipt(
        _ submission: Submission, _ mark: AnswerMark, _ verdict: String, _ fault: FaultCode?, _ outcome: String?,
        _ locations: [String], _ now: Instant
    ) -> Receipt {
        Receipt(
            submission: submission.id, attempt: submission.attempts, status: mark.status, verdict: verdict,
            fault: fault, outcome: outcome, locations: locations, answerID: mark.id, at: now)
    }
}
