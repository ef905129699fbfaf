import FHIR
import PDex

/// What a group of answers says about the payer itself, and what follows from it (reliability R8).
struct PayerHealth {
    /// What has become of the payer.
    enum News: Sendable {
        /// It is left alone until then, after that failure.
        case closed(Instant, FaultCode?)
        /// It works again, after that failure.
        case opened(FaultCode?)
    }

    var breaker: CircuitBreaker
    /// So many seconds more than before it asked to be left alone.
    private(set) var asked = 0.0
    private var askedUntil: Instant
    private let before: CircuitBreaker
    private let policy: BreakerPolicy
    private let now: Instant
    private let jitter: Double

    init(_ terms: ExchangeTerms, at now: Instant, jitter: Double, _ known: [CircuitBreaker]) {
        breaker = known.first { $0.payer == terms.payer.name } ?? CircuitBreaker(payer: terms.payer.name, at: now)
        before = breaker
        askedUntil = max(now, breaker.named ?? now)
        policy = terms.breaker
        self.now = now
        self.jitter = jitter
    }

    /// Counts an answer: a refusal for the content shows that the payer works.
    mutating func see(_ reading: AnswerReading, of submission: Submission) {
        if case .retry(let fault, _, _) = reading, let seconds = fault.retryAfterSeconds { wait(seconds) }
        switch reading {
        // A payer that accepts the other entries of a bundle works.
        case .retry(let fault, _, let taken) where fault.code == .payerPartial && !taken.isEmpty:
            breaker.worked(submission.id, at: now)
        case .retry(let fault, _, _) where fault.code != .payerConflict:
            breaker.failed(submission.id, with: fault, policy, at: now, jitter: jitter)
        case .park(let fault, _, _) where Self.speaksOfPayer.contains(fault.code):
            breaker.failed(submission.id, with: fault, policy, at: now, jitter: jitter)
        case .park(let fault, _, _) where Self.speaksOfNobody.contains(fault.code):
            breaker.gaveUp(submission.id, at: now)
        default:
            breaker.worked(submission.id, at: now)
        }
    }

    /// Several answers that name one time ask for one pause.
    private mutating func wait(_ seconds: Int) {
        let until = now.adding(milliseconds: Int64(seconds) * 1000)
        guard until > askedUntil else { return }
        asked += (until - askedUntil) / .seconds(1)
        askedUntil = until
    }

    /// Whether an answer that is not read yet, or none, speaks of the payer.
    static func isTrouble(_ answer: Result<PayerAnswer, Fault>) -> Bool {
        switch answer {
        case .success(let answer): [403, 404, 405, 408, 429].contains(answer.status) || answer.status >= 500
        case .failure(let fault): fault.disposition == .retry
        }
    }

    /// Faults of an address or a permission, which block every delivery.
    private static let speaksOfPayer: Set<FaultCode> = [.payerForbidden, .payerCapability]
    /// Faults of what never left.
    private static let speaksOfNobody: Set<FaultCode> = [.exchangeUnknown, .storeFailed]

    /// Keeps what has changed, and tells what is news of it.
    func keep(by actor: String, _ writer: any StoreWriter) throws -> News? {
        guard breaker != before else { return nil }
        try writer.keep(breaker)
        if before.isClosed, !breaker.isClosed {
            try writer.record(
                AuditEntry(at: now, actor: actor, action: "queue.opened", reason: "payer \(breaker.payer) works again"))
            return .opened(before.lastFault)
        }
        guard breaker.closings > before.closings, let until = breaker.closedUntil else { return nil }
        try writer.record(
            AuditEntry(
                at: now, actor: actor, action: "queue.closed",
                reason: "payer \(breaker.payer) until \(until.text), "
                    + "\(breaker.closings > 1 ? "at least " : "")\(breaker.failing.count) failures in a row, the last \(breaker.lastFault?.rawValue ?? "")"
            ))
        return .closed(until, breaker.lastFault)
    }
}
