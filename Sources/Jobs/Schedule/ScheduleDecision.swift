public import FHIR

/// What a schedule wants now.
public enum ScheduleDecision: Sendable, Hashable {
    /// Nothing until the next tick; nil when there is no further one.
    case wait(until: Instant?)
    /// Start a run for the tick, and store it as the last tick.
    case fire(tick: Instant)
    /// The job is still running: start nothing, and store the tick as the last one.
    case pass(tick: Instant)
    /// The job is still running: store nothing, and ask again when the run has ended.
    case hold(tick: Instant)
}
