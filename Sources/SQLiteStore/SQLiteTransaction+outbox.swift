import FHIR
import FoundationEssentials
import GRDB
import PDex

extension SQLiteTransaction {
    static let submissionColumns =
        "id, exchange, clinic, payer, member, part, state, attempts, not_before, epoch, entries, bytes, digest, lane"

    func submissions(ofExchange exchange: String) throws -> [Submission] {
        try all(
            "SELECT \(Self.submissionColumns) FROM submission WHERE exchange = ? ORDER BY part, rid", [exchange],
            Self.submission)
    }

    func bundle(ofSubmission submission: String) throws -> [UInt8]? {
        try quick(
            "SELECT b.bytes FROM submission s JOIN bundle b ON b.submission = s.rid WHERE s.id = ?"
        ) { row in
            row.bind(submission, at: 1)
            return try row.step() ? row.bytes(0) : nil
        }
    }

    func enqueue(_ submissions: [LeasedSubmission]) throws {
        for leased in submissions {
            let submission = leased.submission
            guard submission.state == .queued, submission.attempts == 0, submission.epoch == 0 else {
                throw Fault.refused("submission \(submission.id) is not new")
            }
            try insert(submission)
            try quick("INSERT INTO bundle (submission, bytes) VALUES (?, ?)") { row in
                row.bind(database.lastInsertedRowID, at: 1)
                try leased.bundle.withUnsafeBytes { bytes in
                    row.bind(inPlace: bytes, at: 2)
                    _ = try row.step()
                    row.reset()
                }
            }
        }
    }

    private func insert(_ submission: Submission) throws {
        try quick(
            """
            INSERT INTO submission (\(Self.submissionColumns), job)
            VALUES (?, ?, ?, ?, ?, ?, 'queued', 0, ?, 0, ?, ?, ?, ?,
                coalesce((SELECT e.job FROM exchange e WHERE e.id = ?2), ''))
            """
        ) { row in
            row.bind(submission.id, at: 1)
            row.bind(submission.exchange, at: 2)
            row.bind(submission.clinic, at: 3)
            row.bind(submission.payer, at: 4)
            row.bind(submission.member.bits, at: 5)
            row.bind(Int64(submission.part), at: 6)
            row.bind(submission.notBefore.milliseconds, at: 7)
            row.bind(Int64(submission.entries), at: 8)
            row.bind(Int64(submission.bytes), at: 9)
            row.bind(submission.contentDigest, at: 10)
            row.bind(submission.lane.rawValue, at: 11)
            _ = try row.step()
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

    func renew(_ claims: [Submission], expiry: Instant) throws {
        var held: Set<String> = []
        for claim in claims {
            try change(
                "UPDATE submission SET expiry = ? WHERE id = ? AND epoch = ? AND state = 'leased'",
                [expiry.milliseconds, claim.id, claim.epoch])
            if database.changesCount > 0 { held.insert(claim.id) }
        }
        // A closed payer waits for its probe, as long as the probe is under way.
        for var breaker in try breakers() {
            guard let probe = breaker.probe, held.contains(probe), let closed = breaker.closedUntil, closed < expiry
            else { continue }
            breaker.closedUntil = expiry
            try keep(breaker)
        }
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
                UPDATE submission SET state = CASE WHEN lost + 1 < ?2 THEN 'retrying' ELSE 'parked' END,
                    lost = lost + 1, owner = NULL, expiry = NULL
                WHERE rid = ?1 RETURNING \(Self.submissionColumns)
                """,
                [lease.rid, SubmissionState.lostClaimsAllowed], Self.submission)
        }
    }

    static func submission(_ row: Row) throws -> Submission {
        Submission(
            id: try row.text(0), exchange: try row.text(1), clinic: try row.text(2), payer: try row.text(3),
            member: try row.key(4), part: try row.integer(5), state: try row.word(6, as: SubmissionState.self),
            attempts: try row.integer(7), notBefore: try row.instant(8), epoch: try row.integer(9),
            entries: try row.integer(10), bytes: try row.integer(11), contentDigest: try row.text(12),
            lane: try row.word(13, as: DeliveryLane.self)
        )
    }
}
