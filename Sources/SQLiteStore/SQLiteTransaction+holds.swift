import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    func holds() throws -> [Hold] {
        try all("SELECT subject, name, at, actor, reason FROM hold ORDER BY subject, name") { row in
            Hold(
                subject: try row.word(0, as: Hold.Subject.self), name: try row.text(1), at: try row.instant(2),
                actor: try row.text(3), reason: try row.text(4))
        }
    }

    func queued() throws -> [QueueCount] {
        try all(
            """
            SELECT payer, lane, state, count(*), min(not_before)
            FROM submission INDEXED BY submission_lane
            WHERE state IN ('queued', 'leased', 'retrying') GROUP BY payer, lane, state ORDER BY payer, lane, state
            """
        ) { row in
            QueueCount(
                payer: try row.text(0), lane: try row.word(1, as: DeliveryLane.self),
                state: try row.word(2, as: SubmissionState.self), count: try row.integer(3),
                earliest: try row.instant(4))
        }
    }

    func hold(_ hold: Hold) throws -> Bool {
        let added = try change(
            "INSERT INTO hold (subject, name, at, actor, reason) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [hold.subject.rawValue, hold.name, hold.at.milliseconds, hold.actor, hold.reason])
        guard added == 1 else { return false }
        try record(
            AuditEntry(
                at: hold.at, actor: hold.actor, action: "queue.paused",
                reason: "\(hold.subject.rawValue) \(hold.name): \(hold.reason)"))
        return true
    }

    func resume(_ subject: Hold.Subject, _ name: String, by actor: String, at instant: Instant) throws -> Bool {
        let removed = try change("DELETE FROM hold WHERE subject = ? AND name = ?", [subject.rawValue, name])
        guard removed == 1 else { return false }
        try record(
            AuditEntry(at: instant, actor: actor, action: "queue.resumed", reason: "\(subject.rawValue) \(name)"))
        return true
    }
}
