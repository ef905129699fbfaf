import Dispatch

/// Runs work that waits for a disk on threads of its own, so that nothing else has to wait.
enum DiskThreads {
    private static let queue = DispatchQueue(label: "pdex.drops", attributes: .concurrent)

    /// The result of `body`.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { waiting in
            queue.async { waiting.resume(with: Result(catching: body)) }
        }
    }
}
