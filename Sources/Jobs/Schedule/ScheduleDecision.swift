public import FHIR

/// What a schedule wants now.
public enum ScheduleDecision: Sendable, Hashable {
    /// Nothing, until the next tick; nil when there is none any more.
    case wait(until: Instant?)
    /// Start a run for the tick, and keep the tick as the last one.
    case fire(tick: Instant)
    /// The job is still running: start nothing, and keep the tick as the last one.
    case pass(tick: Instant)
    /// The job is still running: keep nothing, and ask again when it has ended.
    case hold(tick: Instant)
}
