public import FHIR

/// How many submissions for a payer are open in one lane and state.
public struct QueueCount: Sendable, Hashable {
    /// The configured name of the payer.
    public let payer: String
    /// Where they wait.
    public let lane: DeliveryLane
    /// Queued, leased or retrying.
    public let state: SubmissionState
    /// How many.
    public let count: Int
    /// When the first of them is, or was, due.
    public let earliest: Instant

    /// Assembles a count.
    public init(payer: String, lane: DeliveryLane, state: SubmissionState, count: Int, earliest: Instant) {
        self.payer = payer
        self.lane = lane
        self.state = state
        self.count = count
        self.earliest = earliest
    }
}
