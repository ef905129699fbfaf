import Dispatch
import Synchronization

/// One request under way, between the task that awaits it and the thread that carries it out.
///
/// The thread produces a head, then pieces, and waits while ``maxPieces`` of them are unread; the task consumes them.
/// Cancelling releases both at once.
final class CurlTransfer: Sendable {
    /// How many pieces the thread may be ahead of the reader.
    static let maxPieces = 8

    private struct State: ~Copyable {
        var head: ResponseHead?
        /// Pieces that the reader has not taken yet.
        var pieces: [[UInt8]] = []
        /// A body that is kept until the end, in one buffer from the start: joining pieces would need its size twice.
        var whole: [UInt8] = []
        var outcome: Result<Bool, any Error>?
        var isCancelled = false
        var hasNews = false
        var waiter: CheckedContinuation<Void, Never>?
        var wakeThread: (@Sendable () -> Void)?

        /// Hands over the body without keeping a copy.
        mutating func takeWhole() -> [UInt8] {
            defer { whole = [] }
            return whole
        }
    }

    let request: HTTPRequest
    /// Whether the body is handed over piece by piece; otherwise it is kept until the end.
    let isStreamed: Bool
    private let state = Mutex(State())
    private let places = DispatchSemaphore(value: 0)

    init(_ request: HTTPRequest, isStreamed: Bool) {
        self.request = request
        self.isStreamed = isStreamed
        // Counted up from zero: a semaphore must not be destroyed while below its initial value.
        for _ in 0..<Self.maxPieces { places.signal() }
    }

    // MARK: The task's side

    /// Waits for the status and the fields.
    func head() async throws -> ResponseHead {
        try await untilReady { state -> Result<ResponseHead, any Error>? in
            if let head = state.head { return .success(head) }
            if case .failure(let error) = state.outcome { return .failure(error) }
            return nil
        }.get()
    }

    /// Waits for the end; returns the answer with its whole body.
    func response() async throws -> HTTPResponse {
        try await untilReady { state -> Result<HTTPResponse, any Error>? in
            guard let outcome = state.outcome else { return nil }
            let (head, body) = (state.head, state.takeWhole())
            return outcome.map { isProven in
                HTTPResponse(
                    status: head?.status ?? 0, headers: head?.headers ?? [:], body: body, isProvenComplete: isProven)
            }
        }.get()
    }

    /// Waits for the next piece; nil at the proven end.
    func piece() async throws -> [UInt8]? {
        let piece = try await untilReady { state -> Result<[UInt8]?, any Error>? in
            if state.isCancelled { return .failure(CancellationError()) }
            if !state.pieces.isEmpty { return .success(state.pieces.removeFirst()) }
            return state.outcome?.map { _ in nil }
        }.get()
        if piece != nil { places.signal() }
        return piece
    }

    /// Ends the transfer now, from any thread.
    func cancel() {
        let waiter = state.withLock { state in
            state.isCancelled = true
            if state.outcome == nil { state.outcome = .failure(CancellationError()) }
            state.wakeThread?()
            return Self.takeWaiter(&state)
        }
        places.signal()
        waiter?.resume()
    }

    // MARK: The thread's side

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Lets ``cancel()`` interrupt a thread that is waiting for the network.
    func begin(wakeThread: @escaping @Sendable () -> Void) {
        state.withLock { $0.wakeThread = wakeThread }
    }

    func deliver(_ head: ResponseHead) {
        publish { $0.head = head }
    }

    /// Hands over a piece, waiting for a free place; false when it is no longer wanted.
    func deliver(_ piece: [UInt8]) -> Bool {
        if isStreamed { places.wait() }
        if isCancelled { return false }
        publish { state in
            if isStreamed { state.pieces.append(piece) } else { state.whole += piece }
        }
        return true
    }

    /// Ends the transfer: whether the end of the body is proven, or why there is no answer.
    func finish(_ outcome: Result<Bool, TransportError>) {
        publish { state in
            state.wakeThread = nil
            if state.outcome == nil { state.outcome = outcome.mapError { $0 } }
        }
    }

    // MARK: Between the two

    private func publish(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            return Self.takeWaiter(&state)
        }
        waiter?.resume()
    }

    private static func takeWaiter(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        defer { state.waiter = nil }
        state.hasNews = state.waiter == nil
        return state.waiter
    }

    private func untilReady<Value: Sendable>(_ look: @Sendable (inout State) -> Value?) async -> Value {
        while true {
            if let value = state.withLock({ look(&$0) }) { return value }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard !state.hasNews else {
                        state.hasNews = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }
}
