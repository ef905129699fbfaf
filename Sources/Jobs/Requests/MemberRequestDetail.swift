public import FHIR
public import PDex

/// A member request with its outcome so far.
public struct MemberRequestDetail: Sendable {
    /// The request.
    public let request: MemberRequest
    /// The run that answers it, or was the last to do so.
    public let run: Run?
    /// The exchange that the run made or met.
    public let exchange: Exchange?
    /// The states of the exchange's bundles, in no particular order.
    public let bundles: [SubmissionState]

    /// A request with what is known of it.
    public init(
        request: MemberRequest, run: Run? = nil, exchange: Exchange? = nil, bundles: [SubmissionState] = []
    ) {
        self.request = request
        self.run = run
        self.exchange = exchange
        self.bundles = bundles
    }

    /// Whether a run for it has still to come to its end; one that failed for now rests first.
    var isToBeCarried: Bool {
        switch request.state {
        case .requested: request.notBefore == nil
        case .inProgress: run?.state != .complete && run?.state != .partial
        case .completed, .failed, .cancelled: false
        }
    }

    /// Whether the payer has no answer yet: it is open, or has ended with an exchange that is parked.
    private var isUnanswered: Bool {
        request.state.isOpen || request.state == .completed && exchange?.state == .parked
    }

    /// Whether it has no answer though it is due, or was answered too late.
    public func isLate(at now: Instant) -> Bool {
        (isUnanswered ? now : request.updated) > request.due
    }

    /// Whether it has no answer, is not late, and is in the last quarter of its time.
    public func isAtRisk(at now: Instant) -> Bool {
        isUnanswered && !isLate(at: now) && now >= request.atRisk
    }

    /// Whether it is on time: `in time`, `at risk` or `late`.
    public func punctuality(at now: Instant) -> String {
        isLate(at: now) ? "late" : isAtRisk(at: now) ? "at risk" : "in time"
    }
}
