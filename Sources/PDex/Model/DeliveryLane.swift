/// What a submission waits beside: a night's backlog does not hold up a member who asked.
public enum DeliveryLane: String, Sendable, Hashable, CaseIterable {
    /// A request for one member.
    case onDemand = "on-demand"
    /// A run over the whole roster.
    case nightly
    /// An exchange that is made anew.
    case replay

    /// The lanes by whose turn it is: of sixteen claims twelve are for requests, three for nights and one for replays.
    ///
    /// A lane with nothing due lets the next one have its turn.
    public static let turns: [DeliveryLane] = [
        .onDemand, .onDemand, .nightly, .onDemand, .onDemand, .onDemand, .onDemand, .nightly,
        .onDemand, .onDemand, .onDemand, .onDemand, .nightly, .onDemand, .onDemand, .replay,
    ]
}

extension Run.Trigger {
    /// Where the bundles wait that a run of this kind makes.
    public var lane: DeliveryLane {
        switch self {
        case .request: .onDemand
        case .replay: .replay
        case .schedule, .manual, .dryRun: .nightly
        }
    }
}
