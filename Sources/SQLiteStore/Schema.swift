import GRDB
import PDex

/// The versions of the schema, oldest first: the texts of `Schema/*.sql`.
struct Schema {
    /// `PRAGMA application_id`: "PDex" in ASCII.
    static let applicationID = 1_346_659_704

    /// The schema that this program understands.
    static let current = Schema(texts: [
        PackageResources.v001_initial_sql, PackageResources.v002_member_requests_sql,
        PackageResources.v003_exports_sql, PackageResources.v004_queue_sql,
        PackageResources.v005_members_sql, PackageResources.v006_provenance_sql, PackageResources.v007_consent_sql,
        PackageResources.v008_member_match_sql, PackageResources.v009_circuit_breakers_sql,
        PackageResources.v010_replays_sql, PackageResources.v011_answer_ids_sql, PackageResources.v012_care_sql,
        PackageResources.v013_days_of_care_sql,
        PackageResources.v014_request_desk_sql, PackageResources.v015_care_in_the_index_sql,
        PackageResources.v016_request_members_sql,
        PackageResources.v017_entries_and_turns_sql, PackageResources.v018_people_sql,
        PackageResources.v019_ways_back_sql, PackageResources.v020_made_under_sql,
        PackageResources.v021_ticks_sql,
        PackageResources.v022_types_of_an_exchange_sql, PackageResources.v023_jobs_of_submissions_sql,
    ])

    /// SQL in UTF-8; the first takes an empty database to version 1, each further one to the next version.
    let texts: [[UInt8]]

    /// The version that the last text leads to.
    var version: Int { texts.count }

    /// Refuses a database that is not a store of this program, before anything is written into it.
    func refuseForeign(_ database: Database) throws {
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        let isEmpty = application == 0 && found == 0 && tables == 0
        guard isEmpty || (application == Self.applicationID && found > 0) else {
            throw Fault(
                .storeCorrupt, .stop, "the file is a database, but not a store of pdex",
                hint: "give another path; nothing was changed"
            )
        }
        try refuseNewer(database)
    }

    /// Refuses a store that a later version wrote.
    func refuseNewer(_ database: Database) throws {
        let found = try Int.fetchOne(database.cachedStatement(sql: "PRAGMA user_version")) ?? 0
        guard found <= version else {
            throw Fault(
                .storeNewer, .stop, "the store has schema version \(found); this program knows \(version)",
                hint: "use the version of pdex that wrote it, or a later one; nothing was changed"
            )
        }
    }

    /// Brings the database to the current version, each step in one transaction of its own.
    func migrate(_ database: Database) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        for (index, text) in texts.enumerated().dropFirst(max(found, 0)) {
            let version = index + 1
            try database.inTransaction(.immediate) {
                try database.execute(sql: String(decoding: text, as: UTF8.self))
                try database.execute(sql: "PRAGMA user_version = \(version)")
                return .commit
            }
        }
    }
}
