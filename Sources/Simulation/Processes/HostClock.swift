import FHIR
import PDex
import Synchronization

/// The machine's clock, which may be wrong, and may be set.
final class HostClock: Sendable {
    private struct State {
        var offset: Int64 = 0
        var steps: [(at: Instant, offset: Int64)] = []
    }

    private let order: TurnOrder
    private let state = Mutex(State())

    init(order: TurnOrder) {
        self.order = order
    }

    /// What it shows.
    var now: Instant { order.now.adding(milliseconds: state.withLock { $0.offset }) }

    /// Sets it forward by this many seconds, or back if negative.
    func step(seconds: Int) {
        let now = order.now
        order.tell("the clock is set by \(seconds) s")
        state.withLock { state in
            state.offset += Int64(seconds) * 1000
            state.steps.append((now, state.offset))
        }
    }

    /// Whether it was set after an instant of true time.
    func wasSet(since instant: Instant) -> Bool {
        state.withLock { $0.steps.contains { $0.at >= instant } }
    }

    /// The earliest true instant at which it showed a time within `seconds` before the one shown at `instant`: if it
    /// was set back, what was noted then seems no older than that.
    func earliest(seeming seconds: Double, before instant: Instant) -> Instant {
        let steps = state.withLock { $0.steps }.filter { $0.at <= instant }
        let shown = instant.milliseconds + (steps.last?.offset ?? 0)
        var began = Int64.min
        var offset: Int64 = 0
        for step in steps + [(at: instant, offset: 0)] {
            let first = max(began, shown - Int64(seconds * 1000) - offset)
            if first <= min(step.at.milliseconds, shown - offset) { return Instant(milliseconds: first) }
            (began, offset) = (step.at.milliseconds, step.offset)
        }
        return instant
    }
}

/// The machine's clock as one process sees it.
struct ProcessClock: WallClock {
    let host: HostClock
    let order: TurnOrder
    let life: ProcessLife
    /// Whether it belongs to a service that regularly checks for work.
    var isOfService = true

    func now() -> Instant { host.now }

    /// Sleeps as long as asked or, in services that only check for work, often longer: a machine need not wake anybody
    /// in time, and days pass faster like this.
    func sleep(seconds: Double) async throws {
        try life.goOn()
        await order.turn("sleep", seconds: isOfService ? stretched(seconds) : seconds)
        try life.goOn()
        try Task.checkCancellation()
    }

    private func stretched(_ seconds: Double) -> Double {
        switch seconds {
        case 5: return seconds * [1.0, 20, 240, 720][order.roll(4)]
        case 30:
            let most = seconds * [1.0, 20, 60, 120][order.roll(4)]
            // Half of the schedulers wake when the night's tick is due.
            let untilTick = Double((Self.tickOfDay - now().milliseconds % Self.day + Self.day) % Self.day) / 1000
            return untilTick > 0 && untilTick < most && order.roll(2) == 0 ? untilTick : most
        default: return seconds
        }
    }

    private static let day: Int64 = 86_400_000
    /// 02:15, when the simulated job is due.
    private static let tickOfDay: Int64 = 8_100_000
}

/// The true time, which clinic and payer use.
struct TrueClock: WallClock {
    let order: TurnOrder

    func now() -> Instant { order.now }

    func sleep(seconds: Double) async throws { await order.turn("sleep", seconds: seconds) }
}
