/// Where an exchange stands: the one list that SQL, CLI and docs repeat.
public enum ExchangeState: String, Sendable, Hashable, CaseIterable {
    /// The member's data is staged (step 1).
    case staged
    /// Coverage with this payer was found (step 2).
    case matched
    /// No coverage with this payer.
    case unmatched
    /// The disclosure is permitted (step 3).
    case permitted
    /// The disclosure is not permitted.
    case withheld
    /// Every resource was mapped or left out with a reason (step 4).
    case mapped
    /// Its bundles are in the outbox (step 5).
    case queued
    /// At least one bundle is on its way (step 6).
    case submitted
    /// The payer could not take a bundle yet; it will be tried again.
    case retrying
    /// An operator must look.
    case parked
    /// An operator, or newer data, took it back.
    case cancelled
    /// The payer has everything (step 7).
    case acknowledged

    /// The states that may follow.
    public var successors: Set<ExchangeState> {
        switch self {
        case .staged: [.matched, .unmatched, .parked, .cancelled]
        case .matched: [.permitted, .withheld, .cancelled]
        case .permitted: [.mapped, .parked, .cancelled]
        case .mapped: [.queued, .acknowledged, .parked, .cancelled]
        case .queued: [.submitted, .withheld, .parked, .cancelled]
        case .submitted: [.acknowledged, .retrying, .queued, .withheld, .parked, .cancelled]
        case .retrying: [.submitted, .withheld, .parked, .cancelled]
        case .parked, .unmatched, .withheld: [.cancelled]
        case .cancelled, .acknowledged: []
        }
    }

    /// Whether something is still going to happen without an operator.
    public var isPending: Bool {
        switch self {
        case .staged, .matched, .permitted, .mapped, .queued, .submitted, .retrying: true
        case .unmatched, .withheld, .parked, .cancelled, .acknowledged: false
        }
    }

    /// Whether an operator may replay it.
    public var isReplayable: Bool {
        switch self {
        case .parked, .withheld, .unmatched, .cancelled, .acknowledged: true
        case .staged, .matched, .permitted, .mapped, .queued, .submitted, .retrying: false
        }
    }
}

extension FaultCode {
    /// The side exit at which a member stands of whom nothing is sent for that reason.
    public var exit: ExchangeState {
        switch self {
        case .clinicUnlinked, .coverageMissing, .coverageNotActive, .jobOutsideWindow, .matchApart: .unmatched
        case .matchUnmerged: .parked
        default: .withheld
        }
    }
}
