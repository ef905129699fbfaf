import Synchronization

/// The processes that serve now, and whether the week is over.
final class Shift: Sendable {
    private struct State {
        var isOver = false
        var present: [String: SimulatedProcess] = [:]
    }

    private let state = Mutex(State())

    /// Whether no more processes are to be started.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Registers a process that replaces the previous one in its slot.
    func begin(_ process: SimulatedProcess, in slot: String) {
        state.withLock { $0.present[slot] = process }
    }

    /// Ends all of them.
    func end() {
        let present = state.withLock { state in
            state.isOver = true
            return state.present
        }
        for slot in present.keys.sorted() { present[slot]?.life.end() }
    }

    /// The living processes, ordered by slot.
    var living: [SimulatedProcess] {
        state.withLock { state in
            state.present.keys.sorted().compactMap { state.present[$0] }.filter { !$0.life.isOver }
        }
    }
}
