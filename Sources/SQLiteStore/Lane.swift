/// Runs one transaction after another, off the threads that Swift's tasks share.
///
/// Once begun, work runs to its end even when the task that asked for it is cancelled: a service that is
/// stopping can still record what a payer answered.
actor Lane {
    private let executor: QueueExecutor

    init(label: String) {
        executor = QueueExecutor(label: label)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Runs `work` after everything that was requested earlier.
    func run<Value: Sendable>(_ work: @Sendable () throws -> Value) rethrows -> Value {
        try work()
    }
}
