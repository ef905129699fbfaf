public import PDex
import Synchronization

/// A store that another program can hold for a while: the next writes are refused, as SQLite refuses them after its
/// timeout. Or something happens just before a read, as if the process had stood still.
public final class HeldStore: Store {
    private let store: any Store
    private let refusals = Mutex(0)
    private let pause = Mutex((reads: 0, body: (@Sendable () throws -> Void)?.none))

    /// A store that is not held yet.
    public init(_ store: any Store) {
        self.store = store
    }

    /// Refuses the next `writes`.
    public func hold(for writes: Int) {
        refusals.withLock { $0 = writes }
    }

    /// Before the read of that number from now on, counted from 1, `body` happens, once.
    public func before(read number: Int, _ body: @escaping @Sendable () throws -> Void) {
        pause.withLock { $0 = (number, body) }
    }

    /// Whether the `body` for a later read has yet to run.
    public var isWaitingToRead: Bool { pause.withLock { $0.body != nil } }

    /// Reads; this is never refused.
    public func read<Value: Sendable>(_ body: @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        let happening = pause.withLock { pause in
            pause.reads -= 1
            guard pause.reads == 0 else { return (@Sendable () throws -> Void)?.none }
            defer { pause.body = nil }
            return pause.body
        }
        try happening?()
        return try await store.read(body)
    }

    /// Writes, or throws `store.locked`.
    public func write<Value: Sendable>(_ body: @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        let isHeld = refusals.withLock { refusals in
            guard refusals > 0 else { return false }
            refusals -= 1
            return true
        }
        guard !isHeld else { throw Fault(.storeLocked, .stop, "another program holds the store") }
        return try await store.write(body)
    }
}
