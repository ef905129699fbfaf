import GRDB

/// A transaction of another program that stays open.
final class HeldTransaction {
    private let queue: DatabaseQueue

    /// Writes, or only reads.
    init(path: String, isReading: Bool = false) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: path, configuration: configuration)
        let sql = isReading ? "BEGIN; SELECT count(*) FROM audit" : "BEGIN IMMEDIATE"
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    func release() {
        try? queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    }
}
