/// Where a submission stands in the outbox.
public enum SubmissionState: String, Sendable, Hashable, CaseIterable {
    /// Ready to be claimed once its time has come.
    case queued
    /// Claimed by a worker until the lease runs out.
    case leased
    /// To be tried again at its time.
    case retrying
    /// The payer has it.
    case acknowledged
    /// An operator must look.
    case parked
    /// Taken back before it was delivered.
    case cancelled
}

extension ExchangeState {
    /// The state of an exchange whose bundles are in the states `submissions`: what an operator must see first.
    public static func summarizing(_ submissions: [SubmissionState]) -> ExchangeState {
        if submissions.allSatisfy({ $0 == .acknowledged }) { return .acknowledged }
        if submissions.contains(.parked) && !submissions.contains(where: \.isOpen) { return .parked }
        if submissions.contains(.cancelled) && !submissions.contains(where: \.isOpen) { return .cancelled }
        if submissions.contains(.retrying) { return .retrying }
        return submissions.allSatisfy { $0 == .queued } ? .queued : .submitted
    }
}

extension SubmissionState {
    /// Whether the outbox still has to deal with it.
    public var isOpen: Bool {
        self == .queued || self == .leased || self == .retrying
    }
}

extension SubmissionState {
    /// A submission is parked after this many claims in a row that ended with their process and not with an answer.
    public static let lostClaimsAllowed = 3
}
