import GRDB
import PDex

/// The ways that lead to people, and the facts about them that the join needs.
extension SQLiteTransaction {
    /// A row only while it is valid: no Organization on which it rests has changed since.
    private static let current = """
        WHERE k = ?1 AND (organizations IS NULL OR organizations = (
            SELECT s.organizations FROM source s WHERE s.rid = person.source))
        """
    private static let known = """
        FROM indexed WHERE k = ?1 AND payer = (SELECT rid FROM source WHERE name = ?2)
        """

    func members(linkedBy link: Int64) throws -> [ResourceKey] {
        try quick("SELECT member FROM link WHERE link = ?1 ORDER BY member") { statement in
            statement.bind(link, at: 1)
            var found: [ResourceKey] = []
            while try statement.step() { found.append(ResourceKey(bits: statement.integer(0))) }
            return found
        }
    }

    func people(linkedBy ways: LinkPair) throws -> LinkedPeople {
        try quick(
            """
            SELECT * FROM (SELECT 0, member FROM link WHERE link = ?1 ORDER BY member)
            UNION ALL SELECT * FROM (SELECT 1, member FROM link WHERE link = ?2 ORDER BY member)
            """
        ) {
            statement in
            statement.bind(ways.toMembers, at: 1)
            statement.bind(ways.toPatients, at: 2)
            var found = LinkedPeople()
            while try statement.step() {
                let key = ResourceKey(bits: statement.integer(1))
                if statement.integer(0) == 0 { found.members.append(key) } else { found.patients.append(key) }
            }
            return found
        }
    }

    func facts(of person: ResourceKey) throws -> PersonFacts? {
        try quick("SELECT facts FROM person \(Self.current)") { statement in
            statement.bind(person.bits, at: 1)
            guard try statement.step() else { return nil }
            return statement.withBytes(0) { PersonFacts(stored: $0) }
        }
    }

    func indexBasis(of person: ResourceKey, for payer: String) throws -> Int64? {
        let isCurrent = try quick("SELECT 1 FROM person \(Self.current)") { statement in
            statement.bind(person.bits, at: 1)
            return try statement.step()
        }
        guard isCurrent else { return nil }
        return try quick("SELECT basis \(Self.known)") { statement in
            statement.bind(person.bits, at: 1)
            statement.bind(payer, at: 2)
            return try statement.step() ? statement.optionalInteger(0) : nil
        }
    }

    func index(
        _ person: ResourceKey, of source: String, for payer: String, facts: PersonFacts?, links: [Int64], basis: Int64?
    ) throws {
        let (old, new) = (Set(try ways(to: person, for: payer)), Set(links))
        for link in old.subtracting(new) {
            try change("DELETE FROM link WHERE link = ? AND member = ?", [link, person.bits])
        }
        for link in new.subtracting(old) {
            try change("INSERT OR IGNORE INTO link (link, member) VALUES (?, ?)", [link, person.bits])
        }
        let (source, payer) = (try number(of: source, in: "source"), try number(of: payer, in: "source"))
        try quick("INSERT OR REPLACE INTO indexed (k, payer, basis, ways) VALUES (?1, ?2, ?3, ?4)") { statement in
            statement.bind(person.bits, at: 1)
            statement.bind(payer, at: 2)
            statement.bind(basis, at: 3)
            statement.bind(copying: StagingStatements.bytes(new.sorted().map { ResourceKey(bits: $0) }), at: 4)
            _ = try statement.step()
        }
        try quick(
            """
            INSERT OR REPLACE INTO person (k, source, organizations, facts)
            SELECT ?1, rid, iif(?3, organizations, NULL), ?4 FROM source WHERE rid = ?2
            """
        ) { statement in
            statement.bind(person.bits, at: 1)
            statement.bind(source, at: 2)
            statement.bind(facts?.payors == .named ? Int64(0) : 1, at: 3)
            if let facts { statement.bind(copying: facts.stored, at: 4) }
            _ = try statement.step()
        }
    }

    func unlink(_ member: ResourceKey) throws {
        try change("DELETE FROM link WHERE member = ?", [member.bits])
        try change("DELETE FROM indexed WHERE k = ?", [member.bits])
        try forgetFacts(of: member)
    }

    /// Forgets a person's facts, and marks its ways as no longer known to be right.
    func forgetFacts(of person: ResourceKey) throws {
        for sql in ["DELETE FROM person WHERE k = ?1", "UPDATE indexed SET basis = NULL WHERE k = ?1"] {
            try quick(sql) { statement in
                statement.bind(person.bits, at: 1)
                _ = try statement.step()
            }
        }
    }

    /// Forgets the facts that rest on a staged Coverage or Organization.
    func forgetFacts(restingOn key: ResourceKey) throws {
        let staged = try quick("SELECT source, type, patient FROM staged WHERE k = ?1") { statement in
            statement.bind(key.bits, at: 1)
            guard try statement.step() else { return nil as (source: Int64, type: Int64, patient: Int64?)? }
            return (statement.integer(0), statement.integer(1), statement.optionalInteger(2))
        }
        guard let staged else { return }
        switch try names.name(staged.type, in: "type", self) {
        case "Coverage": if let patient = staged.patient { try forgetFacts(of: ResourceKey(bits: patient)) }
        case "Organization": try organizationsChanged(source: staged.source)
        default: break
        }
    }

    /// Invalidates the facts of everybody whose coverage names its payor by reference.
    func organizationsChanged(source: Int64) throws {
        try change("UPDATE source SET organizations = organizations + 1 WHERE rid = ?", [source])
    }

    private func ways(to person: ResourceKey, for payer: String) throws -> [Int64] {
        try quick("SELECT ways \(Self.known)") { statement in
            statement.bind(person.bits, at: 1)
            statement.bind(payer, at: 2)
            return try statement.step() ? (statement.keys(0) ?? []).map(\.bits) : []
        }
    }
}
