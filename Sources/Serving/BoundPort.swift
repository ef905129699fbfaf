import Synchronization

/// The port of a server: settled once the socket is bound or cannot be, and unchanged from then on.
public final class BoundPort: Sendable {
    private enum State {
        case awaited([CheckedContinuation<Int, any Error>])
        case settled(Result<Int, any Error>)
    }

    private let state = Mutex<State>(.awaited([]))
    private let whenBound: @Sendable (Int) -> Void

    /// A port that is not known yet; `whenBound` is called with it once, before waiting callers resume.
    public init(_ whenBound: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.whenBound = whenBound
    }

    /// The port; nil while the socket is not bound, and if it cannot be.
    public var known: Int? {
        state.withLock { state -> Int? in
            guard case .settled(.success(let port)) = state else { return nil }
            return port
        }
    }

    /// Waits until the socket is bound. Throws what prevented that.
    public func port() async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            let known = state.withLock { state -> Result<Int, any Error>? in
                switch state {
                case .awaited(let others):
                    state = .awaited(others + [continuation])
                    return nil
                case .settled(let result): return result
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    /// Reports that the socket is bound to this port.
    public func bind(_ port: Int) {
        whenBound(port)
        settle(.success(port))
    }

    /// Reports that the socket will never be bound. Changes nothing once it was.
    public func fail(_ error: any Error) {
        settle(.failure(error))
    }

    private func settle(_ result: Result<Int, any Error>) {
        let waiting = state.withLock { state -> [CheckedContinuation<Int, any Error>] in
            guard case .awaited(let waiting) = state else { return [] }
            state = .settled(result)
            return waiting
        }
        for continuation in waiting { continuation.resume(with: result) }
    }
}
