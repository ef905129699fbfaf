import Synchronization

/// The answering of one member request in this process.
struct AnswerUnderWay: Sendable {
    /// For whom.
    let payer: String
    /// What does it.
    let task: Task<Void, Never>
    private let end: End

    private final class End: Sendable {
        let hasCome = Mutex(false)
    }

    /// Begins `work` for `payer`.
    init(for payer: String, _ work: @escaping @Sendable () async -> Void) {
        let end = End()
        self.payer = payer
        self.end = end
        task = Task {
            await work()
            end.hasCome.withLock { $0 = true }
        }
    }

    /// Whether nothing is left to wait for.
    var hasEnded: Bool { end.hasCome.withLock { $0 } }
}
