import GRDB
import PDex

/// The ways to people, and what the join asks of them.
extension SQLiteTransaction {
    /// A row that counts: no Organization changed since on which it rests.
    private static let current = """
        WHERE k = ?1 AND (organizations IS NULL OR organizations = (
            SELECT s.organizations FROM source s WHERE s.rid = person.source))
        """
    private static let ways = "SELECT link FROM link WHERE member = ?1 ORDER BY link"

    func members(linkedBy link: Int64) throws -> [ResourceKey] {
        try quick("SELECT member FROM link WHERE link = ?1 ORDER BY member") { statement in
            statement.bind(link, at: 1)
            var found: [ResourceKey] = []
            while try statement.step() { found.append(ResourceKey(bits: statement.integer(0))) }
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

    func indexBasis(of person: ResourceKey) throws -> Int64? {
        try quick("SELECT basis FROM person \(Self.current)") { statement in
            statement.bind(person.bits, at: 1)
            return try statement.step() ? statement.optionalInteger(0) : nil
        }
    }

    func index(
        _ person: ResourceKey, of source: String, facts: PersonFacts?, links: [Int64], basis: Int64?
    ) throws {
        if try ways(to: person) != Set(links).sorted() {
            try unlink(person)
            for link in links {
                try change("INSERT OR IGNORE INTO link (link, member) VALUES (?, ?)", [link, person.bits])
            }
        }
        let source = try number(of: source, in: "source")
        try quick(
            """
            INSERT OR REPLACE INTO person (k, source, basis, organizations, facts)
            SELECT ?1, rid, ?3, iif(?4, organizations, NULL), ?5 FROM source WHERE rid = ?2
            """
        ) { statement in
            statement.bind(person.bits, at: 1)
            statement.bind(source, at: 2)
            statement.bind(basis, at: 3)
            statement.bind(facts?.payors == .named ? Int64(0) : 1, at: 4)
            if let facts { statement.bind(copying: facts.stored, at: 5) }
            _ = try statement.step()
        }
    }

    func unlink(_ member: ResourceKey) throws {
        try change("DELETE FROM link WHERE member = ?", [member.bits])
        try forgetFacts(of: member)
    }

    /// Forgets what was kept of a person.
    func forgetFacts(of person: ResourceKey) throws {
        try quick("DELETE FROM person WHERE k = ?1") { statement in
            statement.bind(person.bits, at: 1)
            _ = try statement.step()
        }
    }

    /// Forgets what was kept of whoever a staged resource tells something of, besides its own Patient.
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

    /// What was kept of everybody whose coverage refers to its payor counts for nothing any more.
    func organizationsChanged(source: Int64) throws {
        try change("UPDATE source SET organizations = organizations + 1 WHERE rid = ?", [source])
    }

    private func ways(to person: ResourceKey) throws -> [Int64] {
        try quick(Self.ways) { statement in
            statement.bind(person.bits, at: 1)
            var found: [Int64] = []
            while try statement.step() { found.append(statement.integer(0)) }
            return found
        }
    }
}
