import Synchronization

/// The processes that serve at present, and whether the week is over.
final class Shift: Sendable {
    private struct State {
        var isOver = false
        var present: [String: ProcessLife] = [:]
    }

    private let state = Mutex(State())

    /// Whether no more processes are to be started.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// A process took the place of the one before it.
    func begin(_ life: ProcessLife, in slot: String) {
        state.withLock { $0.present[slot] = life }
    }

    /// Ends all of them.
    func end() {
        let present = state.withLock { state in
            state.isOver = true
            return state.present
        }
        for slot in present.keys.sorted() { present[slot]?.end() }
    }
}
