import FHIR
import FoundationEssentials
import GRDB
import PDex

extension SQLiteTransaction {
    private static let columns = "seq, at, actor, action, run, exchange, reason, hash"

    func audit(after sequence: Int64, limit: Int) throws -> [RecordedAuditEntry] {
        try all(
            "SELECT \(Self.columns) FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", [sequence, max(limit, 0)],
            Self.recorded)
    }

    func audit(ofExchange exchange: String) throws -> [RecordedAuditEntry] {
        try all("SELECT \(Self.columns) FROM audit WHERE exchange = ? ORDER BY seq", [exchange], Self.recorded)
    }

    func predatesRestoration(_ exchange: String) throws -> Bool {
        // Compares places in the trail, not times: clocks of two machines need not agree.
        try first(
            """
            SELECT 1 FROM audit WHERE action = 'store.restored'
            AND seq > (SELECT coalesce(min(seq), 0) FROM audit WHERE exchange = ?) LIMIT 1
            """, [exchange]
        ) { _ in true } ?? false
    }

    func record(_ entry: AuditEntry) throws {
        let entry = entry.storable
        guard let (last, previous) = try end.value ?? head() else { throw Fault.unreadableRow }
        let sequence = last + 1
        let hash = AuditChain(digests: digests).hash(of: entry, at: sequence, after: previous)
        try quick("INSERT INTO audit (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)") { row in
            row.bind(sequence, at: 1)
            row.bind(entry.at.milliseconds, at: 2)
            row.bind(entry.actor, at: 3)
            row.bind(entry.action, at: 4)
            row.bind(entry.run, at: 5)
            row.bind(entry.exchange, at: 6)
            row.bind(entry.reason, at: 7)
            row.bind(copying: hash, at: 8)
            _ = try row.step()
        }
        end.value = (sequence, hash)
    }

    func firstBrokenAuditEntry() throws -> Int64? {
        let chain = AuditChain(digests: digests)
        var last: Int64 = 0
        var previous = AuditChain.start
        let rows = try Row.fetchCursor(
            database.cachedStatement(sql: "SELECT \(Self.columns) FROM audit ORDER BY seq"))
        while let row = try rows.next() {
            let sequence: Int64 = try row.decode(atIndex: 0)
            let hash = chain.hash(of: try Self.entry(row), at: last + 1, after: previous)
            guard sequence == last + 1, try row.bytes(7) == hash else { return last + 1 }
            (last, previous) = (sequence, hash)
        }
        guard let (end, hash) = try head(), end == last, hash == previous else { return last + 1 }
        return nil
    }

    /// The place and hash of the last entry.
    private func head() throws -> (sequence: Int64, hash: [UInt8])? {
        try first("SELECT seq, hash FROM audit_head") { (try $0.decode(Int64.self, atIndex: 0), try $0.bytes(1)) }
    }

    private static func recorded(_ row: Row) throws -> RecordedAuditEntry {
        RecordedAuditEntry(
            sequence: try row.decode(Int64.self, atIndex: 0), entry: try entry(row),
            hash: try row.bytes(7).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        )
    }

    private static func entry(_ row: Row) throws -> AuditEntry {
        AuditEntry(
            at: try row.instant(1), actor: try row.text(2), action: try row.text(3), run: try row.optionalText(4),
            exchange: try row.optionalText(5), reason: try row.optionalText(6)
        )
    }
}

extension AuditEntry {
    /// The entry as it can be read back: SQLite ends a text at a NUL.
    fileprivate var storable: AuditEntry {
        func visible(_ text: String) -> String {
            text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
        }
        return AuditEntry(
            at: at, actor: visible(actor), action: visible(action), run: run.map(visible),
            exchange: exchange.map(visible), reason: reason.map(visible)
        )
    }
}
