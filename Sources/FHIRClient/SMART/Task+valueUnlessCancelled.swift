import Synchronization

extension Task where Failure == any Error {
    /// The value, unless the waiting caller is cancelled first: the task continues for the others.
    var valueUnlessCancelled: Success {
        get async throws {
            let wait = Wait<Success>()
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    wait.begin(continuation)
                    Task<Void, Never> { wait.end(await self.result) }
                }
            } onCancel: {
                wait.cancel()
            }
        }
    }
}

/// One wait for a value, which ends with whichever comes first.
private final class Wait<Value: Sendable>: Sendable {
    private enum State {
        case unbegun
        case begun(CheckedContinuation<Value, any Error>)
        case ended(Result<Value, any Error>)
    }

    private let state = Mutex(State.unbegun)

    func begin(_ continuation: CheckedContinuation<Value, any Error>) {
        let outcome = state.withLock { state -> Result<Value, any Error>? in
            if case .ended(let outcome) = state { return outcome }
            state = .begun(continuation)
            return nil
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    func end(_ outcome: Result<Value, any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            defer { state = .ended(outcome) }
            if case .begun(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(with: outcome)
    }

    func cancel() { end(.failure(CancellationError())) }
}
