/// The queue that a submission waits in, so that a night's backlog does not hold up a member who asked.
public enum DeliveryLane: String, Sendable, Hashable, CaseIterable {
    /// A request for one member.
    case onDemand = "on-demand"
    /// A run over the whole roster.
    case nightly
    /// An exchange that an operator replays.
    case replay

    /// The lanes in the order of their turns: of sixteen claims, twelve are for requests, three for nights, one for
    /// replays.
    ///
    /// A lane with nothing due passes its turn to the next.
    public static let turns: [DeliveryLane] = [
        .onDemand, .onDemand, .nightly, .onDemand, .onDemand, .onDemand, .onDemand, .nightly,
        .onDemand, .onDemand, .onDemand, .onDemand, .nightly, .onDemand, .onDemand, .replay,
    ]
}

extension Run.Trigger {
    /// The lane in which the bundles of such a run wait.
    public var lane: DeliveryLane {
        switch self {
        case .request: .onDemand
        case .replay: .replay
        case .schedule, .manual, .dryRun: .nightly
        }
    }
}
