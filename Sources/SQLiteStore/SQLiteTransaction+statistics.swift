import GRDB
import PDex

extension SQLiteTransaction {
    func statistics() throws -> StoreStatistics {
        let tables = try all(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ) { try $0.text(0) }
        var rows: [String: Int] = [:]
        for table in tables {
            rows[table] = try first("SELECT count(*) FROM \"\(table)\"") { try $0.integer(0) }
        }
        let staged = try all(
            "SELECT type.name, count(*) FROM staged JOIN type ON type.rid = staged.type GROUP BY staged.type"
        ) { (try $0.text(0), try $0.integer(1)) }
        return StoreStatistics(
            rows: rows, staged: Dictionary(staged) { first, _ in first }, fileBytes: try fileBytes(),
            schemaVersion: try number(of: "user_version"))
    }

    private func fileBytes() throws -> Int {
        let file = try first("PRAGMA database_list") { try $0.text(2) } ?? ""
        return file.isEmpty ? 0 : try number(of: "page_count") * number(of: "page_size")
    }

    private func number(of pragma: String) throws -> Int {
        try first("PRAGMA \(pragma)") { try $0.integer(0) } ?? 0
    }
}
