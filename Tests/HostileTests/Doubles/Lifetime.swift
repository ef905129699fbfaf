import Synchronization

/// The life of a process: it ends at one of its boundaries, and from then on nothing is read or written.
final class Lifetime: Sendable {
    /// The error of every operation once the life is over.
    struct IsOver: Error {}

    private struct State {
        var boundaries: [String] = []
        var isOver = false
    }

    private let end: Int
    private let state = Mutex(State())

    /// A life that ends at the boundary with that number, counted from 1; or continues.
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

    /// Continues, unless the life is over.
    func goOn() throws {
        guard !isOver else { throw IsOver() }
    }
}
