import Synchronization

/// What went over the wire last.
final class Wire: Sendable {
    private let kept = Mutex<[UInt8]>([])

    var bytes: [UInt8] { kept.withLock { $0 } }

    func set(_ bytes: [UInt8]) { kept.withLock { $0 = bytes } }
}
