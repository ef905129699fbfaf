import Synchronization

@testable import FHIRClient

/// Makes one disk call fail, or all from there on, as if the process had ended.
final class TripWire: Sendable {
    private let state = Mutex((count: 0, steps: [DropFolder.Step]()))
    private let place: Int?
    private let number: Int32
    private let isLasting: Bool

    /// Fails the call of that number, from 0, with an `errno`; nil fails none.
    init(at place: Int? = nil, with number: Int32 = 0, lasting: Bool = false) {
        self.place = place
        self.number = number
        isLasting = lasting
    }

    /// The calls so far.
    var steps: [DropFolder.Step] { state.withLock { $0.steps } }

    func meet(_ step: DropFolder.Step) -> Int32 {
        state.withLock { state in
            defer { state.count += 1 }
            state.steps.append(step)
            guard let place else { return 0 }
            return state.count == place || isLasting && state.count > place ? number : 0
        }
    }
}
