import FHIR
import Pipeline
import SampleData
import Synchronization

/// Decides which thread runs next, and when: one thread at a time, chosen by the seed's numbers, in virtual time.
///
/// A thread is one line of work of one process. It gives up its turn at every seam, and continues when it is chosen.
/// When no thread is ready, time moves on to the next one that wakes. So whole days pass in moments, and the same seed
/// always gives the same order.
final class TurnOrder: Sendable {
    /// The thread that a task belongs to.
    @TaskLocal static var thread = "town"

    private struct Waiting {
        let thread: String
        let what: String
        let continuation: CheckedContinuation<Void, Never>
        var wake: Instant
    }

    private struct State {
        var now: Instant
        var numbers: SeededNumbers
        /// How many threads are between two seams.
        var running = 1
        var waiting: [Waiting] = []
        var trace: UInt64 = 0xcbf2_9ce4_8422_2325
        var turns = 0
    }

    private let state: Mutex<State>
    private let tell: (@Sendable (String) -> Void)?

    /// Begins with one thread, the caller's; `tell` receives everything that happens.
    init(at now: Instant, seed: UInt64, tell: (@Sendable (String) -> Void)? = nil) {
        self.tell = tell
        state = Mutex(State(now: now, numbers: SeededNumbers(seed: seed)))
    }

    /// The true time, which a machine's clock need not show.
    var now: Instant { state.withLock { $0.now } }
    /// A hash over everything that happened, in order.
    var trace: UInt64 { state.withLock { $0.trace } }
    /// How often a thread was chosen.
    var turns: Int { state.withLock { $0.turns } }

    /// A number drawn from the seed by the thread that has the turn.
    func roll(_ bound: Int) -> Int {
        state.withLock { Int.random(in: 0..<bound, using: &$0.numbers) }
    }

    /// Reports something that is useful when looking at a seed.
    func tell(_ words: @autoclosure () -> String) {
        guard let tell else { return }
        tell("\(now.text) \(Self.thread): \(words())")
    }

    /// Adds a thread, which begins by waiting for its turn.
    func join() {
        state.withLock { $0.running += 1 }
    }

    /// Removes the caller's thread.
    func leave() {
        let next = state.withLock { state in
            state.running -= 1
            return Self.next(&state)
        }
        next?.resume()
    }

    /// Gives up the turn; returns when this thread is chosen again, after at least `seconds`.
    func turn(_ what: String, seconds: Double = 0) async {
        tell(seconds > 0 ? "\(what), \(seconds) s" : what)
        await withCheckedContinuation { continuation in
            let next = state.withLock { state in
                let thread = Self.thread
                let wake = state.now.adding(milliseconds: Int64(seconds * 1000))
                state.waiting.append(Waiting(thread: thread, what: what, continuation: continuation, wake: wake))
                state.running -= 1
                return Self.next(&state)
            }
            next?.resume()
        }
    }

    /// Wakes the threads of an ended process.
    func wake(process: String) {
        state.withLock { state in
            for index in state.waiting.indices where state.waiting[index].thread.hasPrefix(process + ".") {
                state.waiting[index].wake = min(state.waiting[index].wake, state.now)
            }
        }
    }

    private static func next(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        guard state.running == 0, let first = state.waiting.map(\.wake).min() else { return nil }
        state.now = max(state.now, first)
        let ready = state.waiting.indices.filter { state.waiting[$0].wake <= state.now }
            .sorted { state.waiting[$0].thread < state.waiting[$1].thread }
        guard let chosen = ready.randomElement(using: &state.numbers) else { return nil }
        let waiting = state.waiting.remove(at: chosen)
        state.running = 1
        state.turns += 1
        // Noted when the thread is chosen: at that moment no other is running.
        note("\(waiting.thread) \(waiting.what) \(state.now.milliseconds)", &state)
        return waiting.continuation
    }

    private static func note(_ words: String, _ state: inout State) {
        for byte in words.utf8 { state.trace = (state.trace ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
}

extension TurnOrder: PlaceOrder {
    /// A thread that waits for another has no turn.
    func waits() { leave() }

    func isAdmitted() { join() }

    func goesOn() async { await turn("a place at the payer") }
}
