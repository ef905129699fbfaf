import Synchronization

/// Whether a server takes searches by POST: tried first, because a URL ends up in logs and a body does not (RD-09).
final class SearchMethod: Sendable {
    private let refusesPOST = Mutex(false)

    /// Statuses that say nothing about the search except that the server does not take it by POST.
    static let refusals: Set = [404, 405, 415, 501]

    /// Whether to try POST first.
    var triesPOST: Bool { !refusesPOST.withLock { $0 } }

    /// Remembers that the server answers a GET where it refuses the POST.
    func stayWithGET() {
        refusesPOST.withLock { $0 = true }
    }
}
