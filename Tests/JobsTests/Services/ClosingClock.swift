import FHIR
import PDex
import PDexTesting

/// A manual clock with a closing time: a task that sleeps past it wakes up only by cancellation.
struct ClosingClock: WallClock {
    let clock: ManualClock
    let end: Instant
    private let closing = AsyncStream<Void>.makeStream()

    init(_ clock: ManualClock, until end: Instant) {
        self.clock = clock
        self.end = end
    }

    func now() -> Instant { clock.now() }

    func sleep(seconds: Double) async throws {
        guard clock.now() >= end else { return try await clock.sleep(seconds: seconds) }
        closing.continuation.yield()
        try await Self.sleepUntilCancelled()
    }

    /// Waits to be cancelled, by no clock.
    static func sleepUntilCancelled() async throws {
        let (forever, open) = AsyncStream<Void>.makeStream()
        for await _ in forever {}
        withExtendedLifetime(open) {}
        throw CancellationError()
    }

    /// Returns at closing time.
    func closed() async {
        var signals = closing.stream.makeAsyncIterator()
        _ = await signals.next()
    }
}
