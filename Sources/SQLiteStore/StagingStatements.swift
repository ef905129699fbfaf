import FHIR
import GRDB
import PDex

/// The statements that stage rows, prepared for one batch.
struct StagingStatements {
    /// What staging one row did.
    enum Effect {
        case new, changed, unchanged
    }

    private let find: RawStatement
    private let insert: RawStatement
    private let update: RawStatement

    init(_ database: Database) throws {
        find = try RawStatement(
            database, sql: "SELECT rid, source, type, hash, updated, id FROM staged WHERE k = ?")
        insert = try RawStatement(
            database,
            sql: """
                INSERT INTO staged (k, source, type, id, version, updated, patient, hash, raw)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                """)
        update = try RawStatement(
            database,
            sql: """
                UPDATE staged SET version = ?5, updated = ?6, patient = ?7, hash = ?8, raw = ?9 WHERE rid = ?1
                """)
    }

    /// Stages one row of `bytes`, unless its content is there already or a later version is.
    func stage(_ row: StagingBatch.Row, source: Int64, type: Int64, bytes: [UInt8]) throws -> Effect {
        find.bind(row.key.bits, at: 1)
        defer { find.reset() }
        guard try find.step() else {
            insert.bind(source, at: 2)
            insert.bind(type, at: 3)
            insert.bind(row.id, at: 4)
            try write(row, bytes, with: insert, at: row.key.bits)
            return .new
        }
        guard find.integer(1) == source, find.integer(2) == type, find.text(5, is: row.id) else {
            throw Fault(
                .storeKeyCollision, .halt, "two different resources have the key \(row.key) (type \(row.type))",
                hint: "keep the store as it is and report this: data of two resources would have been mixed"
            )
        }
        if find.integer(3) == row.contentHash { return .unchanged }
        if let stored = find.optionalInteger(4), let given = row.lastUpdated?.milliseconds, given < stored {
            return .unchanged
        }
        let rid = find.integer(0)
        find.reset()
        try write(row, bytes, with: update, at: rid)
        return .changed
    }

    private func write(
        _ row: StagingBatch.Row, _ bytes: [UInt8], with statement: RawStatement, at number: Int64
    ) throws {
        try bytes.withUnsafeBytes { buffer in
            statement.bind(number, at: 1)
            statement.bind(row.versionID, at: 5)
            statement.bind(row.lastUpdated?.milliseconds, at: 6)
            statement.bind(row.patient?.bits, at: 7)
            statement.bind(row.contentHash, at: 8)
            statement.bind(inPlace: UnsafeRawBufferPointer(rebasing: buffer[row.range]), at: 9)
            defer { statement.reset() }
            _ = try statement.step()
        }
    }
}
