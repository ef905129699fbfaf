import GRDB
import Synchronization

@testable import SQLiteStore

/// The statements that stores ran, and how SQLite carries them out.
final class StatementLog: Sendable {
    private let statements = Mutex<Set<String>>([])

    var count: Int { statements.withLock { $0.count } }

    func follow(_ store: SQLiteExchangeStore) {
        store.database.writeWithoutTransaction { database in
            database.trace { [self] event in
                guard case .statement(let statement) = event else { return }
                _ = statements.withLock { $0.insert(statement.sql) }
            }
        }
    }

    /// The steps of every statement's plan, in an empty store.
    func plans() throws -> [(sql: String, step: String)] {
        let database = try DatabaseQueue()
        return try database.writeWithoutTransaction { connection in
            try Schema.current.migrate(connection)
            return try statements.withLock(\.self).filter(Self.hasPlan).sorted().flatMap { sql in
                try Row.fetchAll(connection, sql: "EXPLAIN QUERY PLAN " + sql, arguments: Self.blanks(for: sql))
                    .map { (sql, $0["detail"] as String) }
            }
        }
    }

    /// Counting everything, walking the whole trail, and listing without any filter read everything by nature.
    static func mayScan(_ sql: String) -> Bool {
        sql.hasPrefix("SELECT count(*) FROM \"") || sql.hasPrefix("SELECT state, reason, count(*), 0, 0 FROM exchange")
            || sql.contains("GROUP BY staged.type")
            || sql.contains("FROM exchange  ORDER BY rid DESC") || sql.contains("FROM exchange WHERE job = ?")
            || sql.contains("FROM exchange WHERE reason = ?") || sql.contains("FROM exchange WHERE payer = ?")
            || sql.contains("FROM exchange WHERE clinic = ?") || sql.contains("FROM exchange WHERE updated")
    }

    private static func hasPlan(_ sql: String) -> Bool {
        ["SELECT", "WITH", "UPDATE", "DELETE", "INSERT"].contains { sql.hasPrefix($0) }
    }

    private static func blanks(for sql: String) -> StatementArguments {
        let numbers = sql.matches(of: /\?(\d+)/).compactMap { Int($0.1) }
        let plain = sql.count { $0 == "?" } - numbers.count
        return StatementArguments(Array(repeating: 1, count: max(numbers.max() ?? 0, plain)))
    }
}
