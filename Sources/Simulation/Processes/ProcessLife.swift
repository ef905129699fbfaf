import Synchronization

/// The life of a simulated process: once it is over, the process asks, writes and sleeps no more.
final class ProcessLife: Sendable {
    /// Thrown at every seam once the life is over.
    struct IsOver: Error {}

    private struct State {
        var isOver = false
        var tasks: [Task<Void, Never>] = []
    }

    /// Its name, as used in claims.
    let name: String
    private let order: TurnOrder
    private let state = Mutex(State())

    init(_ name: String, order: TurnOrder) {
        self.name = name
        self.order = order
    }

    /// Whether it is over.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Registers a task that ends with it.
    func own(_ task: Task<Void, Never>) {
        let isOver = state.withLock { state in
            state.tasks.append(task)
            return state.isOver
        }
        if isOver { task.cancel() }
    }

    /// Ends it, wherever its threads are.
    func end() {
        let tasks = state.withLock { state in
            state.isOver = true
            return state.tasks
        }
        for task in tasks { task.cancel() }
        order.wake(process: name)
    }

    /// Throws if it is over.
    func goOn() throws {
        if isOver { throw IsOver() }
    }
}
