import FoundationEssentials
import GRDB
import PDex

/// The store's verbs inside one transaction of one connection.
///
/// Statements are prepared once per connection and kept; values are bound, never written into the SQL.
struct SQLiteTransaction: StoreWriter {
    let database: Database
    let digests: Digests
    /// Where the audit trail ends for this transaction, once it has written to it.
    let end = AuditEnd()
    let names = KnownNames()
    private let emptyTables = EmptyTables()

    /// Runs a statement that returns nothing; returns how many rows it changed.
    @discardableResult
    func change(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
        return database.changesCount
    }

    /// Reads every row.
    func all<Value>(
        _ sql: String, _ arguments: StatementArguments = [], _ read: (Row) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
        while let row = try rows.next() {
            values.append(try read(row))
        }
        return values
    }

    /// Reads the first row, if there is one.
    func first<Value>(
        _ sql: String, _ arguments: StatementArguments = [], _ read: (Row) throws -> Value
    ) throws -> Value? {
        let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
        return try rows.next().map(read)
    }

    /// Runs a kept statement on SQLite's own handle: for hot paths, such as what every delivery needs several times.
    func quick<Value>(_ sql: String, _ body: (RawStatement) throws -> Value) throws -> Value {
        let statement = try RawStatement(kept: sql, database)
        defer { statement.reset() }
        return try body(statement)
    }

    /// Whether there is a row about a member, on SQLite's own handle: most tables have none about most members.
    func isThere(_ sql: String, _ names: [String], _ key: ResourceKey) throws -> Bool {
        try quick(sql) { statement in
            statement.bind(key.bits, at: 1)
            for (index, name) in names.enumerated() { statement.bind(name, at: Int32(index + 2)) }
            return try statement.step()
        }
    }

    /// Whether a table is known to be empty; always false in a transaction that may write.
    func isEmpty(_ table: EmptyTables.Table) throws -> Bool {
        guard database.configuration.readonly else { return false }
        return try emptyTables.isEmpty(table) {
            switch table {
            case .memberLink: try quick("SELECT 1 FROM member_link LIMIT 1") { try !$0.step() }
            case .memberMatch: try quick("SELECT 1 FROM member_match LIMIT 1") { try !$0.step() }
            }
        }
    }

    /// Where a page of keys begins: after `key`, or at the smallest; nil when nothing can follow.
    func start(after key: ResourceKey?) -> Int64? {
        guard let key else { return .min }
        return key.bits == .max ? nil : key.bits + 1
    }
}

/// The place and hash of the last audit entry that a transaction wrote: the next one follows it.
final class AuditEnd {
    var value: (sequence: Int64, hash: [UInt8])?
}
