import FHIR
import FoundationEssentials
import GRDB
import PDex

extension SQLiteTransaction {
    static let runColumns = "id, job, trigger, clinic, payer, instant, owner, state, summary"

    func run(_ id: String) throws -> Run? {
        try first("SELECT \(Self.runColumns) FROM run WHERE id = ?", [id], Self.run)
    }

    func unfinishedRun(ofJob job: String) throws -> Run? {
        try first(
            """
            SELECT \(Self.runColumns) FROM run WHERE job = ? AND state = 'running' AND trigger IN ('schedule', 'manual')
            ORDER BY instant DESC, rid DESC LIMIT 1
            """, [job], Self.run)
    }

    func runs(ofJob job: String?, limit: Int) throws -> [Run] {
        guard let job else {
            return try all("SELECT \(Self.runColumns) FROM run ORDER BY rid DESC LIMIT ?", [max(limit, 0)], Self.run)
        }
        return try all(
            "SELECT \(Self.runColumns) FROM run WHERE job = ? ORDER BY instant DESC, rid DESC LIMIT ?",
            [job, max(limit, 0)], Self.run)
    }

    func lastRun(ofJob job: String, in states: Set<Run.State>) throws -> Run? {
        try states.compactMap { state in
            try first(
                """
                SELECT \(Self.runColumns) FROM run WHERE job = ? AND state = ? AND trigger IN ('schedule', 'manual')
                ORDER BY instant DESC, rid DESC LIMIT 1
                """, [job, state.rawValue], Self.run)
        }.max { $0.instant < $1.instant }
    }

    func lastTick(ofJob job: String) throws -> Instant? {
        try first("SELECT at FROM last_tick WHERE job = ?", [job]) { try $0.instant(0) }
    }

    func pullProgress(run: String) throws -> [String: String] {
        let pairs = try all(
            "SELECT unit, cursor FROM progress WHERE run = (SELECT rid FROM run WHERE id = ?)", [run]
        ) { (try $0.text(0), try $0.text(1)) }
        return Dictionary(pairs) { first, _ in first }
    }

    func pullProgress(run: String, unit: String) throws -> String? {
        try quick("SELECT cursor FROM progress WHERE run = (SELECT rid FROM run WHERE id = ?1) AND unit = ?2") {
            statement in
            statement.bind(run, at: 1)
            statement.bind(unit, at: 2)
            return try statement.step() ? statement.text(0) : nil
        }
    }

    func roster(run: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey] {
        guard let start = start(after: after) else { return [] }
        return try all(
            """
            SELECT patient FROM roster WHERE run = (SELECT rid FROM run WHERE id = ?) AND patient >= ?
            ORDER BY patient LIMIT ?
            """,
            [run, start, max(limit, 0)]
        ) { try $0.key(0) }
    }

    private static let inRoster = "SELECT patient FROM roster WHERE run = (SELECT rid FROM run WHERE id = ?)"
    private static let placesWithoutPatient = SharedTypes.withoutPatient.map { _ in "?" }.joined(separator: ", ")

    /// A target of `w` that is a patient or belongs to one.
    private static let people = """
        SELECT 1 FROM target t JOIN staged s ON s.k = t.target WHERE t.k = w.k
        AND (s.patient IS NOT NULL OR s.type = (SELECT rid FROM type WHERE name = 'Patient'))
        """

    /// Names its indexes: with `staged_type`, which SQLite prefers, it would read every row of the source in full.
    func outsideRoster(of run: String, source: String) throws -> OutsideRoster {
        let unlinked = try count(
            """
            SELECT count(*) FROM staged w INDEXED BY staged_unlinked
            WHERE patient IS NULL AND source = (SELECT rid FROM source WHERE name = ?)
            AND type NOT IN (SELECT rid FROM type WHERE name IN (\(Self.placesWithoutPatient)))
            AND NOT EXISTS (\(Self.people))
            """, StatementArguments([source] + SharedTypes.withoutPatient))
        let records = try count(
            """
            SELECT count(*) FROM staged INDEXED BY staged_patient
            WHERE patient IS NOT NULL AND patient NOT IN (\(Self.inRoster))
            AND source = (SELECT rid FROM source WHERE name = ?)
            """, [run, source])
        let patients = try count(
            """
            SELECT count(*) FROM staged WHERE source = (SELECT rid FROM source WHERE name = ?)
            AND type = (SELECT rid FROM type WHERE name = 'Patient') AND k NOT IN (\(Self.inRoster))
            """, [source, run])
        let witnesses = try count(
            """
            SELECT count(*) FROM staged w INDEXED BY staged_unlinked
            WHERE patient IS NULL AND source = (SELECT rid FROM source WHERE name = ?)
            AND EXISTS (\(Self.people)) AND NOT EXISTS (\(Self.people) AND coalesce(s.patient, s.k) IN (\(Self.inRoster)))
            """, [source, run])
        return OutsideRoster(unlinked: unlinked, others: records + patients + witnesses)
    }

    private func count(_ sql: String, _ arguments: StatementArguments) throws -> Int {
        try first(sql, arguments) { try $0.integer(0) } ?? 0
    }

    func open(_ run: Run) throws {
        try change(
            """
            INSERT INTO run (\(Self.runColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
            """,
            [
                run.id, run.job, run.trigger.rawValue, run.clinic, run.payer, run.instant.milliseconds,
                run.owner, run.state.rawValue, Data(run.summary),
            ]
        )
    }

    func keepTick(_ tick: Instant, ofJob job: String) throws {
        try change("INSERT OR REPLACE INTO last_tick (job, at) VALUES (?, ?)", [job, tick.milliseconds])
    }

    func adopt(_ run: String, by owner: String) throws {
        try change("UPDATE run SET owner = ? WHERE rid = ?", [owner, try number(ofRun: run)])
    }

    func close(_ run: String, as state: Run.State, summary: [UInt8]) throws {
        guard state != .running else { throw Fault.refused("a run cannot be closed as running") }
        let number = try number(ofRun: run)
        try change("UPDATE run SET state = ?, summary = ? WHERE rid = ?", [state.rawValue, Data(summary), number])
        try change("DELETE FROM progress WHERE run = ?", [number])
        try change(
            """
            DELETE FROM roster WHERE run IN (
                SELECT earlier.rid FROM run earlier JOIN run closed ON closed.rid = ?
                WHERE earlier.job = closed.job AND earlier.instant < closed.instant
                AND closed.trigger IN ('schedule', 'manual')
                AND closed.state <> 'failed'
            )
            """,
            [number]
        )
    }

    func recordProgress(run: String, unit: String, cursor: String) throws {
        try change(
            """
            INSERT INTO progress (run, unit, cursor) VALUES (?, ?, ?)
            ON CONFLICT (run, unit) DO UPDATE SET cursor = excluded.cursor
            """,
            [try number(ofRun: run), unit, cursor]
        )
    }

    func addToRoster(run: String, patients: [ResourceKey]) throws {
        let number = try number(ofRun: run)
        for patient in patients.sorted() {
            try change("INSERT OR IGNORE INTO roster (run, patient) VALUES (?, ?)", [number, patient.bits])
        }
    }

    func number(ofRun id: String) throws -> Int64 {
        let number = try first("SELECT rid FROM run WHERE id = ?", [id]) { try $0.decode(Int64.self, atIndex: 0) }
        guard let number else { throw Fault.refused("there is no run \(id)") }
        return number
    }

    static func run(_ row: Row) throws -> Run {
        Run(
            id: try row.text(0), job: try row.text(1), trigger: try row.word(2, as: Run.Trigger.self),
            clinic: try row.text(3), payer: try row.text(4), instant: try row.instant(5),
            owner: try row.text(6), state: try row.word(7, as: Run.State.self), summary: try row.bytes(8)
        )
    }
}
