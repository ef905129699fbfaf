public import FHIR
public import PDex
import Synchronization

/// A clock for tests: it stands still, and sleeping advances it at once.
public final class ManualClock: WallClock {
    private let instant: Mutex<Instant>
    private let naps = Mutex<[Double]>([])
    private let isFrozen = Mutex(false)

    /// Starts at `instant`.
    public init(_ instant: Instant) {
        self.instant = Mutex(instant)
    }

    /// The instant it stands at.
    public func now() -> Instant {
        instant.withLock { $0 }
    }

    /// From now on, sleepers sleep until their task is cancelled.
    public func freeze() {
        isFrozen.withLock { $0 = true }
    }

    /// Advances by `seconds` and returns at once, unless frozen.
    public func sleep(seconds: Double) async throws {
        try Task.checkCancellation()
        if isFrozen.withLock({ $0 }) {
            let (never, waker) = AsyncStream<Void>.makeStream()
            for await _ in never {}
            waker.finish()
            throw CancellationError()
        }
        naps.withLock { $0.append(seconds) }
        advance(seconds: seconds)
    }

    /// Advances by `seconds`.
    public func advance(seconds: Double) {
        instant.withLock { $0 = $0.adding(milliseconds: Int64(seconds * 1000)) }
    }

    /// Every sleep requested, in seconds.
    public var sleeps: [Double] {
        naps.withLock { $0 }
    }
}
