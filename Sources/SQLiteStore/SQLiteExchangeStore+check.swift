import GRDB
import PDex

extension SQLiteExchangeStore {
    /// Looks for damage: pages, references between rows, and the chain of the audit trail. Empty when all is well.
    ///
    /// Reads the whole file; writes go on meanwhile.
    public func check() async throws -> [StoreFinding] {
        try await reads.run { [database, digests] in
            try Fault.translating {
                try database.read { try SQLiteTransaction(database: $0, digests: digests).findings() }
            }
        }
    }
}

extension SQLiteTransaction {
    /// What the three checks find.
    fileprivate func findings() throws -> [StoreFinding] {
        var findings = try all("PRAGMA integrity_check") { try $0.text(0) }
            .filter { $0 != "ok" }
            .map { StoreFinding(check: .integrity, message: $0) }
        findings += try all("PRAGMA foreign_key_check") { row in
            let place = try row.decode(Int64?.self, atIndex: 1).map { "row \($0)" } ?? "a row"
            return StoreFinding(
                check: .references, message: "\(place) of \(try row.text(0)) refers to no row of \(try row.text(2))")
        }
        if let broken = try firstBrokenAuditEntry() {
            findings.append(
                StoreFinding(check: .audit, message: "the audit trail is broken at entry \(broken)"))
        }
        return findings
    }
}
