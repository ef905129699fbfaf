public import FHIR

/// The time, injected so that tests control it.
public protocol WallClock: Sendable {
    /// The present instant.
    func now() -> Instant
    /// Returns when `seconds` have passed, or throws `CancellationError` when the task is cancelled.
    func sleep(seconds: Double) async throws
}
