public import PDex
import Synchronization

/// A store that another program can hold for a while: the next writes are refused, as SQLite does after its patience.
public final class HeldStore: Store {
    private let store: any Store
    private let refusals = Mutex(0)

    /// A store that nobody holds yet.
    public init(_ store: any Store) {
        self.store = store
    }

    /// Refuses the next `writes`.
    public func hold(for writes: Int) {
        refusals.withLock { $0 = writes }
    }

    /// How many writes it would refuse yet.
    public var isHeldFor: Int { refusals.withLock { $0 } }

    /// Reads, which nobody prevents.
    public func read<Value: Sendable>(_ body: @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        try await store.read(body)
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
