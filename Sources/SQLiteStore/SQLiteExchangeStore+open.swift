import GRDB
public import PDex

extension SQLiteExchangeStore {
    /// Opens the store at `path`; creates it with mode 0600, or brings an older one up to date.
    ///
    /// `identities` are those of the deployment's secret; a process that only reads has none. Throws `key.unusable`
    /// when the store was made under another secret, `store.exposed` when others may reach its files, `store.newer` or
    /// `store.corrupt` when it is not a store that this program understands, `store.locked` when another process keeps
    /// it locked too long.
    public static func open(
        path: String, digests: Digests, identities: Identities? = nil, options: StoreOptions = StoreOptions()
    ) throws -> SQLiteExchangeStore {
        try open(path: path, digests: digests, identities: identities, options: options, schema: .current)
    }

    /// Makes an empty store in memory, which lives as long as the returned value.
    public static func inMemory(digests: Digests) throws -> SQLiteExchangeStore {
        try Fault.translating {
            let database = try DatabaseQueue(configuration: configuration(StoreOptions(), schema: .current))
            try database.writeWithoutTransaction { try Schema.current.migrate($0) }
            return SQLiteExchangeStore(database: database, digests: digests, lock: nil, readers: 1, schema: .current)
        }
    }

    static func open(
        path: String, digests: Digests, identities: Identities? = nil, options: StoreOptions, schema: Schema
    ) throws -> SQLiteExchangeStore {
        let file = StoreFile(path: path)
        try file.prepare()
        let lock = try StoreLock(path: file.lockPath, timeout: options.lockTimeout)
        return try Fault.translating {
            try lock.withLock {
                let database = try DatabasePool(path: path, configuration: configuration(options, schema: schema))
                try database.writeWithoutTransaction { writer in
                    try insistOnDurability(writer)
                    try schema.migrate(writer)
                    guard let identities else { return }
                    try writer.inTransaction(.immediate) {
                        try SQLiteTransaction(database: writer, digests: digests).claim(under: identities)
                        return .commit
                    }
                }
                return SQLiteExchangeStore(
                    database: database, digests: digests, lock: lock, readers: options.readers, schema: schema)
            }
        }
    }

    private static func configuration(_ options: StoreOptions, schema: Schema) -> Configuration {
        var configuration = Configuration()
        configuration.label = "pdex.store"
        configuration.busyMode = .timeout(options.lockTimeout / .seconds(1))
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = options.readers
        configuration.persistentReadOnlyConnections = true
        configuration.prepareDatabase { connection in
            // Runs before the journal mode is set, so that a foreign database is left as it was.
            try connection.execute(
                sql: """
                    PRAGMA trusted_schema = OFF;
                    PRAGMA mmap_size = 0;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -\(options.readerCacheKiB);
                    """)
            guard !connection.configuration.readonly else { return }
            try schema.refuseForeign(connection)
            // Checks every page that is read, so that writing does not spread damage; readers cannot spread any.
            try connection.execute(
                sql: """
                    PRAGMA cell_size_check = ON;
                    PRAGMA page_size = 16384;
                    PRAGMA secure_delete = ON;
                    PRAGMA cache_size = -\(options.writerCacheKiB);
                    PRAGMA wal_autocheckpoint = 2000;
                    PRAGMA journal_size_limit = 67108864;
                    """)
        }
        return configuration
    }

    /// Makes commits durable, and checks that SQLite says so: GRDB sets NORMAL while it opens.
    private static func insistOnDurability(_ writer: Database) throws {
        try writer.execute(sql: "PRAGMA synchronous = FULL")
        let full = 2
        guard try Int.fetchOne(writer, sql: "PRAGMA synchronous") == full,
            try String.fetchOne(writer, sql: "PRAGMA journal_mode") == "wal"
        else {
            throw Fault(
                .storeFailed, .stop, "SQLite does not promise durable commits for this file",
                hint: "keep the store on a local file system"
            )
        }
    }
}
