import PDex
import Synchronization

/// Lets a process that is asked to stop wait for what it has begun, for a limited time (R18).
enum Drain {
    /// Less than a service manager waits, with something to spare for settling what came of it.
    static let graceSeconds = 25.0

    /// The result of `work`. It continues when the waiting task is cancelled, because an outcome that is known need not
    /// be found out later; after the grace period it is cancelled, too.
    static func value<Value: Sendable>(of work: Task<Value, any Error>, _ clock: any WallClock) async throws -> Value {
        let bell = Mutex<Task<Void, Never>?>(nil)
        defer { bell.withLock { $0?.cancel() } }
        return try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            bell.withLock { bell in
                bell = Task {
                    // Waits for the answer, as long as there is time.
                    if (try? await clock.sleep(seconds: graceSeconds)) != nil { work.cancel() }
                }
            }
        }
    }
}
