import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    func missing(
        ofRosterOf run: String, source: String, types: Set<String>, besides seen: ArrivalSet, limit: Int
    ) throws -> [ResourceKey] {
        guard let source = try first("SELECT rid FROM source WHERE name = ?", [source], { try $0.integer(0) }) else {
            return []
        }
        let kinds = Set(
            try all("SELECT rid, name FROM type") { row in (try row.integer(0), try row.text(1)) }
                .filter { types.contains($0.1) }.map { Int64($0.0) })
        // One walk over an index that holds all but the type, in the order of the roster; the type is looked up only
        // for rows that did not arrive.
        return try quick(
            """
            SELECT s.rid, s.k FROM roster r CROSS JOIN staged s INDEXED BY staged_patient ON s.patient = r.patient
            WHERE r.run = (SELECT rid FROM run WHERE id = ?1) AND s.source = ?2 AND s.k <> s.patient
            """
        ) { statement in
            statement.bind(run, at: 1)
            statement.bind(Int64(source), at: 2)
            var missing: [ResourceKey] = []
            while missing.count < limit, try statement.step() {
                guard !seen.contains(statement.integer(0)), try isOf(kinds, statement.integer(0)) else { continue }
                missing.append(ResourceKey(bits: statement.integer(1)))
            }
            return missing
        }
    }

    private func isOf(_ kinds: Set<Int64>, _ row: Int64) throws -> Bool {
        try quick("SELECT type FROM staged WHERE rid = ?1") { statement in
            statement.bind(row, at: 1)
            return try statement.step() && kinds.contains(statement.integer(0))
        }
    }

    func records(of patient: ResourceKey) throws -> [ResourceKey] {
        try all("SELECT k FROM staged WHERE patient = ? AND k <> patient ORDER BY k", [patient.bits]) { try $0.key(0) }
    }

    func resources(identifiedBy identifier: Int64) throws -> [ResourceKey] {
        try all("SELECT k FROM identifier WHERE identifier = ? ORDER BY k", [identifier]) { try $0.key(0) }
    }

    func patients(ofSource source: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey] {
        guard let start = start(after: after) else { return [] }
        // Merges two indexes as far as the page goes; the plus keeps the second half off the index of the first.
        return try all(
            """
            SELECT k FROM staged WHERE source = (SELECT rid FROM source WHERE name = ?1)
            AND type = (SELECT rid FROM type WHERE name = 'Patient') AND k >= ?2
            UNION SELECT patient FROM staged WHERE +source = (SELECT rid FROM source WHERE name = ?1)
            AND patient IS NOT NULL AND patient >= ?2
            ORDER BY 1 LIMIT ?3
            """,
            [source, start, max(limit, 0)]
        ) { try $0.key(0) }
    }

    func keys(ofSource source: String, type: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey] {
        guard let start = start(after: after) else { return [] }
        return try all(
            """
            SELECT k FROM staged WHERE source = (SELECT rid FROM source WHERE name = ?)
            AND type = (SELECT rid FROM type WHERE name = ?) AND k >= ? ORDER BY k LIMIT ?
            """,
            [source, type, start, max(limit, 0)]
        ) { try $0.key(0) }
    }

    func stage(_ batch: StagingBatch) throws -> StagingOutcome {
        let source = try number(of: batch.source, in: "source")
        var types: [String: Int64] = [:]
        for row in batch.rows where types[row.type] == nil {
            types[row.type] = try number(of: row.type, in: "type")
        }
        let staging = try StagingStatements(database)
        var outcome = StagingOutcome()
        outcome.arrivals.reserveCapacity(batch.rows.count)
        var aimed: [StagingStatements.Aim] = []
        var hasOtherOrganizations = false
        for index in batch.rows.indices.sorted(by: { batch.rows[$0].key < batch.rows[$1].key }) {
            let row = batch.rows[index]
            guard let type = types[row.type], row.range.lowerBound >= 0, row.range.upperBound <= batch.bytes.count
            else { throw Fault.refused("a staged row points outside its batch") }
            let (arrival, effect) = try staging.stage(row, source: source, type: type, bytes: batch.bytes)
            outcome.arrivals.append(arrival)
            switch effect {
            case .new: outcome.count.new += 1
            case .changed(let before):
                outcome.count.changed += 1
                // A patient who lost the Coverage must not be found by it, and may not be indexed by anything else.
                if row.type == "Coverage", let before, before != row.patient { try unlink(before) }
                // Rows come in the order of their keys: targets of an earlier row with this key are at the end.
                while aimed.last?.key == row.key { aimed.removeLast() }
                if row.type == "Provenance" { try change("DELETE FROM target WHERE k = ?", [row.key.bits]) }
            case .unchanged, .older:
                outcome.count.unchanged += 1
                if case .older = effect { outcome.count.older += 1 }
                continue
            }
            aimed += row.targets.map { .init(key: row.key, target: $0) }
            switch row.type {
            case "Patient": try forgetFacts(of: row.key)
            case "Coverage": if let member = row.patient { try forgetFacts(of: member) }
            case "Organization": hasOtherOrganizations = true
            default: break
            }
        }
        if hasOtherOrganizations { try organizationsChanged(source: source) }
        try staging.aim(aimed)
        return outcome
    }

    func unstage(_ keys: [ResourceKey]) throws {
        for key in keys {
            try forgetFacts(restingOn: key)
            try change("DELETE FROM staged WHERE k = ?", [key.bits])
            try change("DELETE FROM identifier WHERE k = ?", [key.bits])
            try change("DELETE FROM target WHERE k = ?", [key.bits])
            try unlink(key)
        }
    }

    func identify(_ key: ResourceKey, by identifiers: [Int64]) throws {
        try change("DELETE FROM identifier WHERE k = ?", [key.bits])
        for identifier in identifiers {
            try change("INSERT OR IGNORE INTO identifier (identifier, k) VALUES (?, ?)", [identifier, key.bits])
        }
    }

    /// The number of a name in a table that keeps each name once (`source` or `type`).
    func number(of name: String, in table: String) throws -> Int64 {
        try change("INSERT OR IGNORE INTO \(table) (name) VALUES (?)", [name])
        let number = try first("SELECT rid FROM \(table) WHERE name = ?", [name]) {
            try $0.decode(Int64.self, atIndex: 0)
        }
        guard let number else { throw Fault.unreadableRow }
        return number
    }
}
