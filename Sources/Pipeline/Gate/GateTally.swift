import Synchronization

/// The gate's findings during a run, by place and rule: bounded, so that a run's report stays short.
final class GateTally: Sendable {
    private let found = Mutex<[String: Int]>([:])

    /// Most kinds counted separately; the rest are counted together.
    private static let mostKinds = 100

    func count(_ remark: GateRemark) {
        found.withLock { found in
            let isKnown = found[remark.kind] != nil || found.count < Self.mostKinds
            found[isKnown ? remark.kind : "others", default: 0] += 1
        }
    }

    var counts: [String: Int] { found.withLock { $0 } }
}
