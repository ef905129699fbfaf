import PDex
import Synchronization

/// Which fault of which waiting request was told: the same one again is no news.
final class ToldFaults: Sendable {
    /// When there are more, all are told once more: those that failed for good are never forgotten one by one.
    private static let most = 10_000

    private let told = Mutex<[String: FaultCode]>([:])

    /// Whether this is news of the request.
    func isNews(_ fault: FaultCode, of request: String) -> Bool {
        told.withLock { told in
            if told.count >= Self.most { told.removeAll() }
            return told.updateValue(fault, forKey: request) != fault
        }
    }

    /// Forgets a request that does not wait any more.
    func forget(_ request: String) {
        told.withLock { _ = $0.removeValue(forKey: request) }
    }
}
