import Synchronization

/// The answering of one member request in this process.
struct AnswerUnderWay: Sendable {
    /// The payer that it is for.
    let payer: String
    /// The task that answers it.
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

    /// Whether it has ended.
    var hasEnded: Bool { end.hasCome.withLock { $0 } }
}
