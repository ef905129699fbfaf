import FHIR
import PDex

/// Step 7: stores the payer's answers and advances submissions and exchanges, many in one transaction.
struct KeepReceipts: Sendable {
    /// The outcome of a group of deliveries.
    struct Settled: Sendable {
        var bundles = 0
        var entries = 0
        /// What has become of the payer with them.
        var news: PayerHealth.News?
        /// So many seconds more the payer asked to be left alone.
        var asked = 0.0
        /// Exchanges that came to be parked with them, by reason.
        var parked: [FaultCode: Int] = [:]
        /// Bundles that were too large, and were divided.
        var divided: [(entries: Int, bytes: Int)] = []
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
        let settled = try await store.write { writer in
            var settled = Settled()
            var health = PayerHealth(terms, at: now, jitter: pause, try writer.breakers())
            for (result, jitter) in zip(results, jitters) {
                try settle(result, at: now, jitter: jitter, &health, writer, &settled)
            }
            settled.news = try health.keep(by: actor, writer)
            settled.asked = health.asked
            settled.parked = try parked(results, at: now, writer)
            return settled
        }
        for bundle in settled.divided {
            limits.refused(
                entries: bundle.entries, bytes: bundle.bytes,
                under: (terms.delivery.maxEntries, terms.delivery.maxBytes))
        }
        return settled
    }

    /// How many of their exchanges came to be parked just now, by reason.
    private func parked(
        _ results: [Submit.Result], at now: Instant, _ reader: any StoreReader
    ) throws -> [FaultCode: Int] {
        var counts: [FaultCode: Int] = [:]
        for id in Set(results.map(\.lease.submission.exchange)) {
            guard try reader.standing(ofExchange: id)?.state == .parked, let exchange = try reader.exchange(id),
                exchange.updated == now, let reason = exchange.reason
            else { continue }
            counts[reason, default: 0] += 1
        }
        return counts
    }

    private func settle(
        _ result: Submit.Result, at now: Instant, jitter: Double, _ health: inout PayerHealth,
        _ writer: any StoreWriter, _ settled: inout Settled
    ) throws {
        switch result {
        case .withheld(let lease, let fault):
            let isOwner = try withhold(lease.submission, fault, at: now, writer)
            if isOwner { health.breaker.gaveUp(lease.submission.id, at: now) }
        case .unsent(let lease, _):
            let isOwner = try release(lease.submission, at: now, writer)
            if isOwner { health.breaker.gaveUp(lease.submission.id, at: now) }
        case .found(let lease, let locations):
            let submission = lease.submission
            settled.bundles += 1
            settled.entries += submission.entries
            let receipt = receipt(submission, .readBack, "read back", nil, nil, locations, now)
            let isOwner = try move(
                submission, to: .acknowledged, notBefore: nil, receipt, nil,
                why: ReadBack.Finding.asSent(locations).words, at: now, writer)
            // Being readable does not prove that the payer accepts writes.
            if isOwner { health.breaker.gaveUp(submission.id, at: now) }
        case .answered(let lease, let permit, .success(let answer), let finding):
            let reading = AnswerReading.reading(
                answer, to: lease, payer: terms.payer.name, by: terms.delivery.kind)
            if case .acknowledged = reading {
                settled.bundles += 1
                settled.entries += lease.submission.entries
            }
            let why = [permit.words, finding?.words].compactMap(\.self).joined(separator: "; ")
            let heard = Heard(reading, of: lease, as: AnswerMark(answer), why: why, at: now, jitter: jitter)
            if try keep(heard, writer, &settled) { health.see(reading, of: lease.submission) }
        case .answered(let lease, let permit, .failure(let fault), _):
            let reading: AnswerReading =
                fault.disposition == .retry ? .retry(fault, outcome: nil) : .park(fault, outcome: nil)
            let heard = Heard(reading, of: lease, as: .none, why: permit.words, at: now, jitter: jitter)
            if try keep(heard, writer, &settled) { health.see(reading, of: lease.submission) }
        }
    }

    /// Settles a claim by what was heard; false when another process has it now: then nothing follows from it.
    private func keep(_ heard: Heard, _ writer: any StoreWriter, _ settled: inout Settled) throws -> Bool {
        let (submission, now) = (heard.lease.submission, heard.at)
        if try isTakenBack(submission, writer), let isOwner = try takeBack(heard, writer) { return isOwner }
        switch heard.reading {
        case .acknowledged(let locations):
            let receipt = receipt(submission, heard.mark, "acknowledged", nil, nil, locations, now)
            return try move(
                submission, to: .acknowledged, notBefore: nil, receipt, nil, why: heard.why, at: now, writer)
        case .divide(let fault, let outcome):
            return try divide(heard, fault, outcome, writer, &settled)
        case .park(let fault, let outcome, let taken):
            let receipt = receipt(submission, heard.mark, "parked", fault.code, outcome, taken, now)
            return try move(submission, to: .parked, notBefore: nil, receipt, fault, at: now, writer)
        case .retry(let fault, let outcome, let taken):
            let policy = try writer.exchange(submission.exchange).map { terms.judging(exchangeOf: $0.job).retry }
            let wait = (policy ?? terms.retry).wait(
                afterAttempt: submission.attempts, jitter: heard.jitter, retryAfterSeconds: fault.retryAfterSeconds)
            guard let wait else {
                let exhausted = Fault(
                    .attemptsExhausted, .park,
                    "\(submission.attempts) attempts failed, the last with \(fault.code.rawValue)",
                    hint: "see the receipts; once the payer answers again, replay the exchange")
                let receipt = receipt(submission, heard.mark, "parked", fault.code, outcome, taken, now)
                return try move(submission, to: .parked, notBefore: nil, receipt, exhausted, at: now, writer)
            }
            let receipt = receipt(submission, heard.mark, "retrying", fault.code, outcome, taken, now)
            let due = now.adding(milliseconds: Int64(wait * 1000))
            return try move(submission, to: .retrying, notBefore: due, receipt, fault, at: now, writer)
        }
    }

    /// Gives back a claim that was not used; the attempt does not count. False when it was no longer ours.
    private func release(_ submission: Submission, at now: Instant, _ writer: any StoreWriter) throws -> Bool {
        let isOwner = try writer.submissions(ofExchange: submission.exchange).contains {
            $0.id == submission.id && $0.state == .leased && $0.epoch == submission.epoch
        }
        try writer.release(submission.id, epoch: submission.epoch)
        if try isTakenBack(submission, writer) {
            _ = try writer.cancelOpenSubmissions(ofExchange: submission.exchange)
        }
        try follow(submission, nil, at: now, writer)
        return isOwner
    }

    /// Withholds an exchange that is no longer permitted, and cancels what is not yet delivered (CO-10).
    private func withhold(
        _ submission: Submission, _ fault: Fault, at now: Instant, _ writer: any StoreWriter
    ) throws -> Bool {
        let receipt = receipt(submission, .none, "withheld", fault.code, nil, [], now)
        guard
            try writer.settle(
                submission.id, epoch: submission.epoch, as: .cancelled, notBefore: nil, receipt: receipt)
        else { return false }
        _ = try writer.cancelOpenSubmissions(ofExchange: submission.exchange)
        let id = submission.exchange
        guard let exchange = try writer.standing(ofExchange: id), exchange.state.successors.contains(.withheld)
        else { return true }
        try advance(id, of: exchange.run, to: .withheld, fault, at: now, writer)
        return true
    }

    /// Settles a claim and advances its exchange; false when another process has the claim now.
    func move(
        _ submission: Submission, to state: SubmissionState, notBefore: Instant?, _ receipt: Receipt,
        _ fault: Fault?, why: String? = nil, at now: Instant, _ writer: any StoreWriter
    ) throws -> Bool {
        let isOwner = try writer.settle(
            submission.id, epoch: submission.epoch, as: state, notBefore: notBefore, receipt: receipt)
        if isOwner { try follow(submission, fault, why: why, at: now, writer) }
        return isOwner
    }

    /// Advances the exchange to the state of its submissions; one that was taken back keeps its state.
    ///
    /// It is cancelled instead of parked if a newer one of the member replaced it while it was under way: only the
    /// newest is replayed.
    func follow(
        _ submission: Submission, _ fault: Fault?, why: String? = nil, at now: Instant, _ writer: any StoreWriter
    ) throws {
        let id = submission.exchange
        guard let progress = try writer.progress(ofExchange: id) else { return }
        let exchange = progress.standing
        guard exchange.state.isPending else { return }
        let next = ExchangeState.summarizing(progress.submissions)
        guard next != exchange.state, exchange.state.successors.contains(next) else { return }
        if next == .parked, let latest = try newer(than: submission, writer) {
            return try supersede(id, exchange, by: latest, at: now, writer)
        }
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
