import Synchronization

/// The life of a process: it ends at one of its boundaries, and from then on nothing is asked and nothing is written.
final class Lifetime: Sendable {
    /// What everything comes to once the life is over.
    struct IsOver: Error {}

    private struct State {
        var boundaries: [String] = []
        var isOver = false
    }

    private let end: Int
    private let state = Mutex(State())

    /// A life that ends at the boundary of that number, counted from 1; or goes on.
    init(endingAt end: Int = .max) {
        self.end = end
    }

    /// The boundaries that were passed; the last one is where the life ended, if it did.
    var boundaries: [String] { state.withLock { $0.boundaries } }
    /// Whether it is over.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Passes a boundary, or ends there.
    func pass(_ boundary: String) throws {
        try state.withLock { state in
            guard !state.isOver else { throw IsOver() }
            state.boundaries.append(boundary)
            guard state.boundaries.count >= end else { return }
            state.isOver = true
            throw IsOver()
        }
    }

    /// Goes on, unless the life is over.
    func goOn() throws {
        guard !isOver else { throw IsOver() }
    }
}
