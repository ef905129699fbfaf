import FHIR
import PDex

/// What a transaction did, as far as the witness has to know.
enum StoreNote: Sendable {
    /// The store's state of one ground for a member's disclosure.
    case ground(Ground, member: String, stands: Bool)
    /// The store's state of whether a patient is kept apart.
    case link(patient: ResourceKey, stands: Bool)
    case inserted(Exchange)
    case advanced(exchange: String, state: ExchangeState, reason: FaultCode?)
    case enqueued([Submission])
    case divided([Submission])
    case leased(Submission, owner: String)
    case settled(Submission, state: SubmissionState, notBefore: Instant?, receipt: Receipt, isHolder: Bool)
    case rescued(Submission)
    case held(run: Run, owner: String)
    case closed(run: String)
    case audited(String)
    case payer(CircuitBreaker)
}

extension StoreNote {
    /// The note in words, for looking at one seed.
    var words: String {
        switch self {
        case .ground(let ground, let member, let stands): "\(ground.rawValue) of \(member): \(stands)"
        case .link(let patient, let stands): "link of \(patient): \(stands)"
        case .inserted(let exchange): "exchange \(exchange.id) of \(exchange.member): \(exchange.state.rawValue)"
        case .advanced(let exchange, let state, let reason):
            "exchange \(exchange) is \(state.rawValue) \(reason?.rawValue ?? "")"
        case .enqueued(let submissions): "enqueued \(submissions.map(\.id))"
        case .divided(let rest): "divided off \(rest.map(\.id))"
        case .leased(let claim, let owner): "claimed \(claim.id), epoch \(claim.epoch), by \(owner)"
        case .settled(let claim, let state, let notBefore, let receipt, let isHolder):
            "settled \(claim.id), epoch \(claim.epoch): \(state.rawValue) \(receipt.fault?.rawValue ?? "")"
                + " \(notBefore?.text ?? "") \(isHolder ? "" : "too late")"
        case .rescued(let submission): "freed \(submission.id): \(submission.state.rawValue)"
        case .held(let run, let owner): "run \(run.id) is \(owner)'s"
        case .closed(let run): "run \(run) is closed"
        case .audited(let action): action
        case .payer(let breaker): "payer closed until \(breaker.closedUntil?.text ?? "never")"
        }
    }
}
