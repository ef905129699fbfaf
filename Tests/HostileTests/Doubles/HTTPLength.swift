import Synchronization

/// How long an answer was on the wire.
final class HTTPLength: Sendable {
    private let bytes = Mutex(0)

    var value: Int { bytes.withLock { $0 } }

    func set(_ count: Int) { bytes.withLock { $0 = count } }
}
