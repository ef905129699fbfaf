import Synchronization

/// Where a server is reached; known once its socket is bound.
final class Origin: Sendable {
    private let state = Mutex<State>(.waiting([]))

    private enum State {
        case waiting([CheckedContinuation<Int, any Error>])
        case bound(Int)
        case failed(any Error)
    }

    /// The port is known from here on.
    func bind(port: Int) {
        settle(.bound(port)) { $0.resume(returning: port) }
    }

    /// The server will never listen.
    func fail(_ error: any Error) {
        settle(.failed(error)) { $0.resume(throwing: error) }
    }

    /// Waits for the port. Throws what kept the server from listening.
    func port() async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            let outcome: Result<Int, any Error>? = state.withLock { state in
                switch state {
                case .waiting(let others):
                    state = .waiting(others + [continuation])
                    return nil
                case .bound(let port): return .success(port)
                case .failed(let error): return .failure(error)
                }
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    /// `http://127.0.0.1:port`; port 0 while the server is not bound.
    var text: String {
        let port = state.withLock { state in
            if case .bound(let port) = state { port } else { 0 }
        }
        return "http://127.0.0.1:\(port)"
    }

    private func settle(_ next: State, _ resume: (CheckedContinuation<Int, any Error>) -> Void) {
        let waiting = state.withLock { state -> [CheckedContinuation<Int, any Error>] in
            guard case .waiting(let waiting) = state else { return [] }
            state = next
            return waiting
        }
        waiting.forEach(resume)
    }
}
