import Synchronization

/// The runs that this process is working on: an owner's name alone does not tell whether it still does.
final class RunsUnderWay: Sendable {
    private let ids = Mutex<Set<String>>([])

    /// Whether the run is being worked on.
    func contains(_ run: String) -> Bool {
        ids.withLock { $0.contains(run) }
    }

    /// Begins to work on a run; false when somebody in this process does already.
    func begin(_ run: String) -> Bool {
        ids.withLock { $0.insert(run).inserted }
    }

    /// Ends it.
    func end(_ run: String) {
        ids.withLock { _ = $0.remove(run) }
    }
}
