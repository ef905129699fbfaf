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

    /// Whether it is open past its due time, or was answered too late.
    public func isLate(at now: Instant) -> Bool {
        (request.state.isOpen ? now : request.updated) > request.due
    }

    /// Whether it is open, not late, and in the last quarter of its time.
    public func isAtRisk(at now: Instant) -> Bool {
        request.state.isOpen && !isLate(at: now) && now >= request.atRisk
    }

    /// Whether it is on time: `in time`, `at risk` or `late`.
    public func punctuality(at now: Instant) -> String {
        isLate(at: now) ? "late" : isAtRisk(at: now) ? "at risk" : "in time"
    }
}
