import FHIR
import PDex

/// What a group of answers says about the payer itself, and what follows from it (reliability R8).
struct PayerHealth {
    var breaker: CircuitBreaker
    private let before: CircuitBreaker
    private let policy: BreakerPolicy
    private let now: Instant
    private let jitter: Double

    init(_ terms: ExchangeTerms, at now: Instant, jitter: Double, _ known: [CircuitBreaker]) {
        breaker = known.first { $0.payer == terms.payer.name } ?? CircuitBreaker(payer: terms.payer.name, at: now)
        before = breaker
        policy = terms.breaker
        self.now = now
        self.jitter = jitter
    }

    /// Counts an answer: a refusal for the content shows that the payer works.
    mutating func see(_ reading: AnswerReading, of submission: Submission) {
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

    /// Whether an unread or missing answer points to trouble at the payer.
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

    /// Stores what has changed; returns until when the payer is left alone, if that is new.
    func keep(by actor: String, _ writer: any StoreWriter) throws -> Instant? {
        guard breaker != before else { return nil }
        try writer.keep(breaker)
        if before.isClosed, !breaker.isClosed {
            try writer.record(
                AuditEntry(at: now, actor: actor, action: "queue.opened", reason: "payer \(breaker.payer) works again"))
        }
        guard breaker.closings > before.closings, let until = breaker.closedUntil else { return nil }
        try writer.record(
            AuditEntry(
                at: now, actor: actor, action: "queue.closed",
                reason: "payer \(breaker.payer) until \(until.text), "
                    + "\(breaker.failing.count) failures in a row, the last \(breaker.lastFault?.rawValue ?? "")"))
        return until
    }
}
