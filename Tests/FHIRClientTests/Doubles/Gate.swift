import Synchronization

/// A place that requests pass: counts how many were in it at once, and holds them while it is closed.
final class Gate: Sendable {
    private struct State {
        var isOpen: Bool
        var inside = 0
        var peak = 0
        var held: [CheckedContinuation<Void, Never>] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(isOpen: Bool = true) {
        state = Mutex(State(isOpen: isOpen))
    }

    /// The most that were inside at once.
    var peak: Int { state.withLock { $0.peak } }

    /// Goes through, giving all others a chance to enter meanwhile.
    func pass() async {
        let watchers = state.withLock { state in
            state.inside += 1
            state.peak = max(state.peak, state.inside)
            defer { state.watchers = [] }
            return state.watchers
        }
        for watcher in watchers { watcher.resume() }
        for _ in 0..<20 { await Task.yield() }
        await withCheckedContinuation { go in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.held.append(go) }
                return state.isOpen
            }
            if isOpen { go.resume() }
        }
        state.withLock { $0.inside -= 1 }
    }

    /// Waits until somebody is inside.
    func arrival() async {
        await withCheckedContinuation { go in
            let isThere = state.withLock { state in
                if state.inside == 0 { state.watchers.append(go) }
                return state.inside > 0
            }
            if isThere { go.resume() }
        }
    }

    /// Lets everybody continue.
    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [] }
            return state.held
        }
        for go in held { go.resume() }
    }
}
