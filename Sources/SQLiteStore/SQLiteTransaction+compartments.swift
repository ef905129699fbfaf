import FHIR
import PDex

/// Reads that are made for every member of every run, on SQLite's own handle.
extension SQLiteTransaction {
    private static let columns = """
        SELECT s.source, s.type, s.id, s.version, s.updated, s.patient, s.hash, s.content, s.k FROM staged s
        """
    private static let one = "\(Self.columns) WHERE s.k = ?1"
    private static let members = "\(Self.columns) WHERE s.patient = ?1 AND s.k <> s.patient ORDER BY s.k"
    private static let hash = "SELECT k, hash FROM staged WHERE k = ?1"
    private static let memberHashes = "SELECT k, hash FROM staged WHERE patient = ?1 AND k <> patient ORDER BY k"

    private static let memberCare = """
        SELECT k, type, hash, visits, first, last FROM staged WHERE patient = ?1 AND k <> patient ORDER BY k
        """

    func staged(_ key: ResourceKey) throws -> StagedResource? { try resources(Self.one, key).first }

    func compartment(of patient: ResourceKey) throws -> [StagedResource] {
        let witnesses = try witnesses(of: patient).compactMap { try staged($0) }
        return try resources(Self.one, patient) + merged(resources(Self.members, patient), witnesses, by: \.key)
    }

    func care(of patient: ResourceKey) throws -> [StagedCare] {
        try quick(Self.memberCare) { statement in
            statement.bind(patient.bits, at: 1)
            var found: [StagedCare] = []
            var type: (number: Int64, name: String)?
            while try statement.step() {
                let number = statement.integer(1)
                if type?.number != number { type = (number, try names.name(number, in: "type", self)) }
                let care = statement.keys(3).map { visits in
                    CareFacts(
                        visits: visits,
                        dates: ServiceDates(first: statement.optionalText(4), last: statement.optionalText(5)))
                }
                found.append(
                    StagedCare(
                        key: ResourceKey(bits: statement.integer(0)), type: type?.name ?? "",
                        contentHash: statement.integer(2), care: care))
            }
            return found
        }
    }

    func compartmentHashes(of patient: ResourceKey) throws -> [StagedHash] {
        let witnesses = try stagedHashes(Array(witnesses(of: patient)))
        return try stagedHashes([patient]) + merged(hashes(Self.memberHashes, patient), witnesses, by: \.key)
    }

    func stagedHashes(_ keys: [ResourceKey]) throws -> [StagedHash] { try keys.flatMap { try hashes(Self.hash, $0) } }

    /// The Provenances that speak of a patient or of anything in the compartment, each once.
    private func witnesses(of patient: ResourceKey) throws -> Set<ResourceKey> {
        try quick(
            """
            SELECT t.k FROM target t WHERE t.target = ?1
            UNION ALL SELECT t.k FROM staged s CROSS JOIN target t ON t.target = s.k
            WHERE s.patient = ?1 AND s.k <> s.patient
            """
        ) { statement in
            statement.bind(patient.bits, at: 1)
            var found: Set<ResourceKey> = []
            while try statement.step() { found.insert(ResourceKey(bits: statement.integer(0))) }
            return found
        }
    }

    private func merged<Item>(_ members: [Item], _ others: [Item], by key: (Item) -> ResourceKey) -> [Item] {
        others.isEmpty ? members : (members + others).sorted { key($0) < key($1) }
    }

    private func hashes(_ sql: String, _ key: ResourceKey) throws -> [StagedHash] {
        try quick(sql) { statement in
            statement.bind(key.bits, at: 1)
            var found: [StagedHash] = []
            while try statement.step() {
                found.append(
                    StagedHash(key: ResourceKey(bits: statement.integer(0)), contentHash: statement.integer(1)))
            }
            return found
        }
    }

    private func resources(_ sql: String, _ key: ResourceKey) throws -> [StagedResource] {
        try quick(sql) { statement in
            statement.bind(key.bits, at: 1)
            var found: [StagedResource] = []
            while try statement.step() { found.append(try resource(statement)) }
            return found
        }
    }

    private func resource(_ row: RawStatement) throws -> StagedResource {
        StagedResource(
            key: ResourceKey(bits: row.integer(8)), source: try names.name(row.integer(0), in: "source", self),
            type: try names.name(row.integer(1), in: "type", self), id: try row.text(2), versionID: row.optionalText(3),
            lastUpdated: row.optionalInteger(4).map { Instant(milliseconds: $0) },
            patient: row.optionalInteger(5).map { ResourceKey(bits: $0) }, contentHash: row.integer(6),
            bytes: row.bytes(7))
    }
}

/// The names of sources and types that a transaction met: each is read once.
///
/// Not kept longer: after a rollback, the number of a name may go to another name.
final class KnownNames {
    private var known: [String: [Int64: String]] = [:]

    func name(_ number: Int64, in table: String, _ transaction: SQLiteTransaction) throws -> String {
        if let name = known[table]?[number] { return name }
        let name = try transaction.quick("SELECT name FROM \(table) WHERE rid = ?1") { statement in
            statement.bind(number, at: 1)
            guard try statement.step() else { throw Fault.unreadableRow }
            return try statement.text(0)
        }
        known[table, default: [:]][number] = name
        return name
    }
}
