import Pipeline
import Synchronization

/// The latest events of runs: the step, and how many of how many members it has examined.
final class RunsAtWork: Sendable {
    private let state = Mutex<(step: String, examined: (members: Int, of: Int))>(("", (0, 0)))

    var latest: (step: String, examined: (members: Int, of: Int)) { state.withLock { $0 } }

    func note(_ event: RunEvent) {
        state.withLock { state in
            switch event {
            case .step(let step): state = (step, (0, 0))
            case .examined(let members, let total): state.examined = (members, total)
            case .pulled, .waiting, .delivered, .paused, .closed, .opened, .parked, .note: break
            }
        }
    }
}
