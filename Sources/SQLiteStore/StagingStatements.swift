import FHIR
import GRDB
import PDex

/// The statements that stage rows, prepared for one batch.
struct StagingStatements {
    /// What staging one row did.
    enum Effect {
        case new
        /// `before` is the patient in whose compartment it was.
        case changed(before: ResourceKey?)
        case unchanged
        /// A later version is there.
        case older
    }

    /// A Provenance, and one resource that it speaks of.
    struct Aim {
        let key: ResourceKey
        let target: ResourceKey
    }

    private let database: Database
    private let find: RawStatement
    private let insert: RawStatement
    private let update: RawStatement

    init(_ database: Database) throws {
        self.database = database
        find = try RawStatement(
            database, sql: "SELECT rid, source, type, hash, updated, id, patient FROM staged WHERE k = ?")
        insert = try RawStatement(
            database,
            sql: """
                INSERT INTO staged (k, source, type, id, version, updated, patient, hash, content, visits, first, last)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                """)
        update = try RawStatement(
            database,
            sql: """
                UPDATE staged SET version = ?5, updated = ?6, patient = ?7, hash = ?8, content = ?9, visits = ?10, first = ?11,
                last = ?12 WHERE rid = ?1
                """)
    }

    /// Stages a row of `bytes`, unless its content or a later version is there already; returns where it is kept.
    func stage(
        _ row: StagingBatch.Row, source: Int64, type: Int64, bytes: [UInt8]
    ) throws -> (arrival: Int64, effect: Effect) {
        find.bind(row.key.bits, at: 1)
        defer { find.reset() }
        guard try find.step() else {
            insert.bind(source, at: 2)
            insert.bind(type, at: 3)
            insert.bind(row.id, at: 4)
            try write(row, bytes, of: row.patient, with: insert, at: row.key.bits)
            return (database.lastInsertedRowID, .new)
        }
        guard find.integer(1) == source, find.integer(2) == type, find.text(5, is: row.id) else {
            throw Fault(
                .storeKeyCollision, .halt, "two different resources have the key \(row.key) (type \(row.type))",
                hint: "keep the store as it is and report this: data of two resources would have been mixed"
            )
        }
        let rid = find.integer(0)
        // The patient may become known only now, though the content is the same.
        let isOwned = row.patient == nil || find.optionalInteger(6) != nil
        if find.integer(3) == row.contentHash, isOwned { return (rid, .unchanged) }
        if let stored = find.optionalInteger(4), let given = row.lastUpdated?.milliseconds, given < stored {
            return (rid, .older)
        }
        let before = find.optionalInteger(6).map { ResourceKey(bits: $0) }
        find.reset()
        // A Consent keeps its known patient, even if this version does not name one.
        try write(row, bytes, of: row.patient ?? (row.type == "Consent" ? before : nil), with: update, at: rid)
        return (rid, .changed(before: before))
    }

    /// Keeps the targets of Provenances in the order of the table, so that each of its pages is touched once.
    func aim(_ aims: [Aim]) throws {
        guard !aims.isEmpty else { return }
        let insert = try RawStatement(database, sql: "INSERT OR IGNORE INTO target (k, target) VALUES (?1, ?2)")
        for aim in aims.sorted(by: { $0.target < $1.target }) {
            insert.bind(aim.key.bits, at: 1)
            insert.bind(aim.target.bits, at: 2)
            defer { insert.reset() }
            _ = try insert.step()
        }
    }

    private func write(
        _ row: StagingBatch.Row, _ bytes: [UInt8], of patient: ResourceKey?, with statement: RawStatement,
        at number: Int64
    ) throws {
        try bytes.withUnsafeBytes { buffer in
            statement.bind(number, at: 1)
            statement.bind(row.versionID, at: 5)
            statement.bind(row.lastUpdated?.milliseconds, at: 6)
            statement.bind(patient?.bits, at: 7)
            statement.bind(row.contentHash, at: 8)
            statement.bind(inPlace: UnsafeRawBufferPointer(rebasing: buffer[row.range]), at: 9)
            if let care = row.care { statement.bind(copying: Self.bytes(care.visits), at: 10) }
            statement.bind(row.care?.dates.first, at: 11)
            statement.bind(row.care?.dates.last, at: 12)
            defer { statement.reset() }
            _ = try statement.step()
        }
    }

    /// Keys as a BLOB, eight bytes each.
    static func bytes(_ keys: [ResourceKey]) -> [UInt8] {
        keys.flatMap { key in (0..<8).map { UInt8(truncatingIfNeeded: key.bits >> (56 - 8 * $0)) } }
    }
}
