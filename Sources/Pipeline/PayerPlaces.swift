import Synchronization

/// A scheduler that decides itself which task runs, as a simulation does: it has to know who waits for whom.
public protocol PlaceOrder: Sendable {
    /// The caller waits from now on.
    func waits()
    /// The caller admits one that waited.
    func isAdmitted()
    /// The caller waited, and continues when this returns.
    func goesOn() async
}

/// Limits how many deliveries to one payer this process has under way; first come, first served.
final class PayerPlaces: Sendable {
    private struct State {
        var underWay = 0
        var serial = 0
        var waiting: [(id: Int, most: Int, go: CheckedContinuation<Void, any Error>)] = []
        /// The ids of those that gave up before they waited.
        var abandoned: Set<Int> = []
    }

    private let state = Mutex(State())
    private let order: (any PlaceOrder)?

    init(order: (any PlaceOrder)? = nil) {
        self.order = order
    }

    /// Waits until fewer than `most` are under way. Throws `CancellationError`.
    func enter(most: Int) async throws {
        try Task.checkCancellation()
        let most = max(1, most)
        let number: Int? = state.withLock { state in
            guard state.underWay >= most || !state.waiting.isEmpty else {
                state.underWay += 1
                return nil
            }
            state.serial += 1
            return state.serial
        }
        guard let number else { return }
        defer { _ = state.withLock { $0.abandoned.remove(number) } }
        do {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { go in wait(number, most, go) }
            } onCancel: {
                abandon(number)
            }
        } catch {
            await order?.goesOn()
            throw error
        }
        await order?.goesOn()
    }

    /// Gives a place back.
    func leave() {
        state.withLock { $0.underWay -= 1 }
        admit()
    }

    private func wait(_ number: Int, _ most: Int, _ go: CheckedContinuation<Void, any Error>) {
        let answer: Result<Void, any Error>? = state.withLock { state in
            if state.abandoned.contains(number) { return .failure(CancellationError()) }
            // A place may have become free meanwhile.
            if state.waiting.isEmpty, state.underWay < most {
                state.underWay += 1
                return .success(())
            }
            state.waiting.append((number, most, go))
            return nil
        }
        if let answer { go.resume(with: answer) } else { order?.waits() }
    }

    private func admit() {
        while true {
            let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let first = state.waiting.first, state.underWay < first.most else { return nil }
                state.underWay += 1
                return state.waiting.removeFirst().go
            }
            guard let next else { return }
            resume(next, nil)
        }
    }

    private func abandon(_ number: Int) {
        let found = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard let place = state.waiting.firstIndex(where: { $0.id == number }) else {
                state.abandoned.insert(number)
                return nil
            }
            return state.waiting.remove(at: place).go
        }
        guard let found else { return }
        resume(found, CancellationError())
        // The next in line may have a higher limit.
        admit()
    }

    private func resume(_ go: CheckedContinuation<Void, any Error>, _ error: CancellationError?) {
        order?.isAdmitted()
        if let error { go.resume(throwing: error) } else { go.resume() }
    }
}
