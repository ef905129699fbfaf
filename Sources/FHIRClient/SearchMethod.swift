import Synchronization

/// Whether a server takes searches by POST: tried first, because a URL ends up in logs and a body does not (RD-09).
final class SearchMethod: Sendable {
    private let refusesPOST = Mutex(false)

    /// Answers that say nothing of the search but that its form is not known there.
    static let refusals: Set = [404, 405, 415, 501]

    /// Whether to try POST.
    var triesPOST: Bool { !refusesPOST.withLock { $0 } }

    /// Remembers that the server answers to GET what it does not answer to POST.
    func stayWithGET() {
        refusesPOST.withLock { $0 = true }
    }
}
