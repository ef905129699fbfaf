import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    private static let found = """
        scope.source = (SELECT rid FROM source WHERE name = ?) AND scope.name = ?
        """

    func watermark(source: String, scope: String) throws -> Instant? {
        try first("SELECT at FROM scope WHERE \(Self.found) AND at IS NOT NULL", [source, scope]) {
            try $0.instant(0)
        }
    }

    func watermark(of patient: ResourceKey, source: String, scope: String) throws -> Instant? {
        try first(
            """
            SELECT mark.at FROM scope JOIN patient_watermark mark ON mark.scope = scope.rid
            WHERE \(Self.found) AND mark.patient = ?
            """,
            [source, scope, patient.bits]
        ) { try $0.instant(0) }
    }

    func newcomers(
        inRosterOf run: String, since instant: Instant, source: String, scope: String, after: ResourceKey?, limit: Int
    ) throws -> [ResourceKey] {
        guard let start = start(after: after) else { return [] }
        return try all(
            """
            SELECT patient FROM roster WHERE run = (SELECT rid FROM run WHERE id = ?) AND patient >= ?
            AND NOT EXISTS (
                SELECT 1 FROM scope JOIN patient_watermark mark ON mark.scope = scope.rid
                WHERE \(Self.found) AND mark.patient = roster.patient AND mark.at >= ?
            )
            ORDER BY patient LIMIT ?
            """,
            [run, start, source, scope, instant.milliseconds, max(limit, 0)]
        ) { try $0.key(0) }
    }

    func setWatermark(_ instant: Instant, source: String, scope: String) throws {
        try change("UPDATE scope SET at = ? WHERE rid = ?", [instant.milliseconds, number(of: scope, source)])
    }

    func setWatermark(_ instant: Instant, of patient: ResourceKey, source: String, scope: String) throws {
        try change(
            """
            INSERT INTO patient_watermark (scope, patient, at) VALUES (?, ?, ?)
            ON CONFLICT (scope, patient) DO UPDATE SET at = excluded.at
            """,
            [number(of: scope, source), patient.bits, instant.milliseconds])
    }

    func setWatermark(_ instant: Instant, ofRosterOf run: String, source: String, scope: String) throws {
        try change(
            """
            INSERT INTO patient_watermark (scope, patient, at)
            SELECT ?, patient, ? FROM roster WHERE run = (SELECT rid FROM run WHERE id = ?)
            ON CONFLICT (scope, patient) DO UPDATE SET at = excluded.at
            """,
            [number(of: scope, source), instant.milliseconds, run])
    }

    private func number(of scope: String, _ source: String) throws -> Int64 {
        let source = try number(of: source, in: "source")
        try change("INSERT OR IGNORE INTO scope (source, name) VALUES (?, ?)", [source, scope])
        let number = try first("SELECT rid FROM scope WHERE source = ? AND name = ?", [source, scope]) {
            try $0.decode(Int64.self, atIndex: 0)
        }
        guard let number else { throw Fault.unreadableRow }
        return number
    }
}
