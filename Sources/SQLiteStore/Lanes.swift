import Synchronization

/// Runs as many reads at a time as there are connections; each goes to the lane where the fewest wait.
final class Lanes: Sendable {
    private let lanes: [Lane]
    private let waiting: Mutex<[Int]>

    init(label: String, count: Int) {
        lanes = (0..<count).map { Lane(label: "\(label).\($0)") }
        waiting = Mutex(Array(repeating: 0, count: count))
    }

    /// Runs `work` on the least busy lane.
    func run<Value: Sendable>(_ work: @Sendable () throws -> Value) async throws -> Value {
        let chosen = waiting.withLock { waiting in
            let least = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
            waiting[least] += 1
            return least
        }
        defer { waiting.withLock { $0[chosen] -= 1 } }
        return try await lanes[chosen].run(work)
    }
}
