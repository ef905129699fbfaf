import Synchronization

/// The ids of the runs that this process is working on and of the requests that it is answering: an owner's name alone
/// does not say whether it still is.
final class RunsUnderWay: Sendable {
    private let ids = Mutex<Set<String>>([])

    /// Everything that is being worked on now.
    var all: Set<String> { ids.withLock { $0 } }

    /// Whether it is being worked on.
    func contains(_ id: String) -> Bool {
        ids.withLock { $0.contains(id) }
    }

    /// Begins to work on it; false when this process is already doing so.
    func begin(_ id: String) -> Bool {
        ids.withLock { $0.insert(id).inserted }
    }

    /// Ends it.
    func end(_ id: String) {
        ids.withLock { _ = $0.remove(id) }
    }
}
