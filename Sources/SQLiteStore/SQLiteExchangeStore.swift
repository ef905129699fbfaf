import GRDB
public import PDex

/// The store in one SQLite file, or in memory.
///
/// One connection writes and a few read (write-ahead log), so that a long read of the console does not keep the
/// pipeline waiting. Commits are on disk when they return (`synchronous=FULL`). Instants are kept to the millisecond.
/// The "newest" or "latest" exchange is the one inserted last, whatever the clocks said.
public final class SQLiteExchangeStore: Store {
    let database: any DatabaseWriter
    let digests: Digests
    let lock: StoreLock?
    let writes: Lane
    let reads: Lanes
    private let schema: Schema

    init(database: any DatabaseWriter, digests: Digests, lock: StoreLock?, readers: Int, schema: Schema) {
        self.schema = schema
        self.database = database
        self.digests = digests
        self.lock = lock
        writes = Lane(label: "pdex.store.write")
        reads = Lanes(label: "pdex.store.read", count: readers)
    }

    deinit {
        // Under the lock, because the last connection that closes may copy the log back. When the lock cannot be
        // had, another process has the store open, and SQLite leaves the log to it.
        let database = database
        do {
            try Self.locked(lock) { try database.close() }
        } catch {
            // Released with the object; every commit is durable already.
        }
    }

    /// Reads one consistent state.
    public func read<Value: Sendable>(
        _ body: @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        try await reads.run { [database, digests, schema] in
            try Fault.translating {
                try database.read { try body(Self.transaction($0, digests, schema)) }
            }
        }
    }

    /// Reads and writes in one durable transaction; rolled back when `body` throws.
    public func write<Value: Sendable>(
        _ body: @Sendable (any StoreWriter) throws -> Value
    ) async throws -> Value {
        try await writes.run { [database, digests, lock, schema] in
            try Fault.translating {
                try Self.locked(lock) {
                    try database.write { try body(Self.transaction($0, digests, schema)) }
                }
            }
        }
    }

    /// Refuses a store that a later version migrated while this one had it open: this one would not know what belongs
    /// together.
    private static func transaction(
        _ connection: Database, _ digests: Digests, _ schema: Schema
    ) throws -> SQLiteTransaction {
        try schema.refuseNewer(connection)
        return SQLiteTransaction(database: connection, digests: digests)
    }

    /// Copies the write-ahead log into the database file and empties it.
    ///
    /// Throws `store.locked` when a read lasts longer than the busy timeout. Does nothing in memory.
    public func checkpoint() async throws {
        guard lock != nil else { return }
        try await writes.run { [database, lock] in
            try Fault.translating {
                try Self.locked(lock) {
                    _ = try database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
                }
            }
        }
    }

    static func locked<Value>(_ lock: StoreLock?, _ body: () throws -> Value) throws -> Value {
        guard let lock else { return try body() }
        return try lock.withLock(body)
    }
}
