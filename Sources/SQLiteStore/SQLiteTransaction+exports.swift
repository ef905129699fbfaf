import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    func exportUnderWay(source: String, job: String) throws -> ExportUnderWay? {
        try first(
            "SELECT request, status, since, dropped, started FROM export_under_way WHERE source = ? AND job = ?",
            [source, job]
        ) { row in
            let dropped = try row.text(3).split(separator: " ").map { word in
                guard let parameter = ExportStart.Parameter(rawValue: String(word)) else { throw Fault.unreadableRow }
                return parameter
            }
            return ExportUnderWay(
                source: source, job: job, request: try row.text(0), statusURL: try row.text(1),
                since: try row.decode(Int64?.self, atIndex: 2).map { Instant(milliseconds: $0) }, dropped: dropped,
                started: try row.instant(4))
        }
    }

    func keep(_ export: ExportUnderWay) throws {
        try change(
            """
            INSERT INTO export_under_way (source, job, request, status, since, dropped, started)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (source, job) DO UPDATE SET request = excluded.request, status = excluded.status,
            since = excluded.since, dropped = excluded.dropped, started = excluded.started
            """,
            [
                export.source, export.job, export.request, export.statusURL, export.since?.milliseconds,
                export.dropped.map(\.rawValue).joined(separator: " "), export.started.milliseconds,
            ])
    }

    func forgetExport(_ statusURL: String, source: String, job: String) throws {
        try change(
            "DELETE FROM export_under_way WHERE source = ? AND job = ? AND status = ?", [source, job, statusURL])
    }
}
