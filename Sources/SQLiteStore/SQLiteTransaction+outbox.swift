import FHIR
import FoundationEssentials
import GRDB
import PDex

extension SQLiteTransaction {
    static let submissionColumns =
        "id, exchange, clinic, payer, member, part, state, attempts, not_before, epoch, entries, bytes, digest"

    /// Waits on a route, and nothing older of the same member is open: submissions of a member do not overtake.
    static let claimable = """
        s.payer = ?1 AND s.clinic = ?2 AND s.state IN ('queued', 'retrying') AND NOT EXISTS (
            SELECT 1 FROM submission o WHERE o.payer = s.payer AND o.member = s.member
            AND o.state IN ('queued', 'leased', 'retrying') AND (o.rid < s.rid OR o.state = 'leased')
        )
        """

    func submissions(ofExchange exchange: String) throws -> [Submission] {
        try all(
            "SELECT \(Self.submissionColumns) FROM submission WHERE exchange = ? ORDER BY part, rid", [exchange],
            Self.submission)
    }

    func nextDue(_ route: Route) throws -> Instant? {
        try first(
            "SELECT s.not_before FROM submission s WHERE \(Self.claimable) ORDER BY s.not_before LIMIT 1",
            [route.payer, route.clinic]
        ) { try $0.instant(0) }
    }

    func enqueue(_ submissions: [LeasedSubmission]) throws {
        for leased in submissions {
            let submission = leased.submission
            guard submission.state == .queued, submission.attempts == 0, submission.epoch == 0 else {
                throw Fault.refused("submission \(submission.id) is not new")
            }
            try change(
                """
                INSERT INTO submission (\(Self.submissionColumns))
                VALUES (?, ?, ?, ?, ?, ?, 'queued', 0, ?, 0, ?, ?, ?)
                """,
                [
                    submission.id, submission.exchange, submission.clinic, submission.payer, submission.member.bits,
                    submission.part, submission.notBefore.milliseconds, submission.entries, submission.bytes,
                    submission.contentDigest,
                ]
            )
            try change(
                "INSERT INTO bundle (submission, bytes) VALUES (?, ?)",
                [database.lastInsertedRowID, Data(leased.bundle)])
        }
    }

    func cancelOpenSubmissions(ofExchange exchange: String) throws -> Int {
        let waiting = "SELECT rid FROM submission WHERE exchange = ? AND state IN ('queued', 'retrying')"
        try change("DELETE FROM bundle WHERE submission IN (\(waiting))", [exchange])
        try change("UPDATE submission SET state = 'cancelled' WHERE rid IN (\(waiting))", [exchange])
        return try first("SELECT count(*) FROM submission WHERE exchange = ? AND state = 'leased'", [exchange]) {
            try $0.integer(0)
        } ?? 0
    }

    func lease(
        _ route: Route, limit: Int, owner: String, now: Instant, expiry: Instant
    ) throws -> [LeasedSubmission] {
        let claimed = try all(
            """
            UPDATE submission SET state = 'leased', owner = ?4, expiry = ?5, attempts = attempts + 1, epoch = epoch + 1
            WHERE rid IN (
                SELECT s.rid FROM submission s WHERE \(Self.claimable) AND s.not_before <= ?3
                ORDER BY s.not_before, s.rid LIMIT ?6
            )
            RETURNING \(Self.submissionColumns), rid
            """,
            [route.payer, route.clinic, now.milliseconds, owner, expiry.milliseconds, max(limit, 0)]
        ) { (submission: try Self.submission($0), rid: try $0.integer(13)) }
        return try claimed.sorted { ($0.submission.notBefore, $0.rid) < ($1.submission.notBefore, $1.rid) }.map {
            claim in
            let bundle = try first("SELECT bytes FROM bundle WHERE submission = ?", [claim.rid]) { try $0.bytes(0) }
            guard let bundle else { throw Fault.unreadableRow }
            return LeasedSubmission(submission: claim.submission, bundle: bundle)
        }
    }

    func renew(owner: String, expiry: Instant) throws {
        try change(
            "UPDATE submission SET expiry = ? WHERE owner = ? AND state = 'leased'", [expiry.milliseconds, owner])
    }

    func release(_ submission: String, epoch: Int) throws {
        try change(
            """
            UPDATE submission SET attempts = attempts - 1, owner = NULL, expiry = NULL,
                state = CASE WHEN attempts > 1 THEN 'retrying' ELSE 'queued' END
            WHERE id = ? AND epoch = ? AND state = 'leased'
            """,
            [submission, epoch]
        )
    }

    func rescue(now: Instant, ownerIsGone isGone: (String) -> Bool) throws -> [Submission] {
        let leases = try all(
            "SELECT rid, owner, expiry FROM submission WHERE state = 'leased' ORDER BY owner, expiry"
        ) { (rid: try $0.integer(0), owner: try $0.text(1), expiry: try $0.integer(2)) }
        return try leases.filter { $0.expiry <= now.milliseconds || isGone($0.owner) }.compactMap { lease in
            try first(
                """
                UPDATE submission SET state = 'retrying', owner = NULL, expiry = NULL WHERE rid = ?
                RETURNING \(Self.submissionColumns)
                """,
                [lease.rid], Self.submission)
        }
    }

    static func submission(_ row: Row) throws -> Submission {
        Submission(
            id: try row.text(0), exchange: try row.text(1), clinic: try row.text(2), payer: try row.text(3),
            member: try row.key(4), part: try row.integer(5), state: try row.word(6, as: SubmissionState.self),
            attempts: try row.integer(7), notBefore: try row.instant(8), epoch: try row.integer(9),
            entries: try row.integer(10), bytes: try row.integer(11), contentDigest: try row.text(12)
        )
    }
}
