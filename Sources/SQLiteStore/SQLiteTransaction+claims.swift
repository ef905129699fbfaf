import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    /// A row that may be claimed.
    private struct Candidate {
        let rid: Int64
        /// Whether an earlier claim was lost, by the end of its process or of its lease.
        let isSuspect: Bool
        /// Its place in the lane: when its answer is due, if that counts, and from when it may go.
        let due: Int64
        let notBefore: Int64

        func isBefore(_ other: Candidate) -> Bool {
            (due, notBefore, rid) < (other.due, other.notBefore, other.rid)
        }
    }

    /// No older submission of the same member is open, and none is claimed: a member's submissions do not overtake.
    static let isFirstOfMember = """
        NOT EXISTS (
            SELECT 1 FROM submission o WHERE o.payer = s.payer AND o.member = s.member
            AND o.state IN ('queued', 'leased', 'retrying') AND (o.rid < s.rid OR o.state = 'leased')
        )
        """

    /// Submissions of a job that wait in a lane of a route, each the first of its member.
    private static let claimable = """
        FROM submission s INDEXED BY submission_due WHERE s.payer = ?1 AND s.clinic = ?2 AND s.lane = ?3 AND s.job = ?4
        AND s.state IN ('queued', 'retrying') AND \(Self.isFirstOfMember)
        """

    /// Submissions of a job in a lane that may be claimed now, in the order in which they became due.
    private static let inTurn = """
        SELECT s.rid, s.lost, 0, s.not_before \(Self.claimable) AND s.not_before <= ?5
        ORDER BY s.not_before, s.rid LIMIT ?6
        """

    /// The same for member requests: the earliest due answer first; they are never as many as a night's. A submission
    /// of an earlier run, whose request goes on under another run, has waited longest.
    private static let dueFirst = """
        SELECT s.rid, s.lost, (
            SELECT coalesce(min(r.due), e.created) FROM exchange e LEFT JOIN member_request r ON r.run = e.run
            WHERE e.id = s.exchange
        ) AS due, s.not_before \(Self.claimable) AND s.not_before <= ?5
        ORDER BY due, s.not_before, s.rid LIMIT ?6
        """

    /// The jobs with something waiting in a lane of a route, found by going from one to the next; the submissions of
    /// held jobs are not looked at.
    private static let waitingJobs = """
        WITH RECURSIVE waiting (job) AS (
            SELECT min(s.job) FROM submission s INDEXED BY submission_due
            WHERE s.payer = ?1 AND s.clinic = ?2 AND s.lane = ?3 AND s.state IN ('queued', 'retrying')
            UNION ALL SELECT (
                SELECT min(s.job) FROM submission s INDEXED BY submission_due
                WHERE s.payer = ?1 AND s.clinic = ?2 AND s.lane = ?3 AND s.state IN ('queued', 'retrying')
                AND s.job > waiting.job
            ) FROM waiting WHERE waiting.job IS NOT NULL
        )
        SELECT job FROM waiting
        WHERE job IS NOT NULL AND job NOT IN (SELECT name FROM hold WHERE subject = 'job')
        """

    func nextDue(_ route: Route) throws -> Instant? {
        let due = try lanes(of: route).flatMap { lane in
            try jobs(of: route, lane).compactMap { job in
                try first(
                    "SELECT s.not_before \(Self.claimable) ORDER BY s.not_before LIMIT 1",
                    [route.payer, route.clinic, lane.rawValue, job]
                ) { try $0.instant(0) }
            }
        }.min()
        guard let due, let closed = try breaker(of: route.payer)?.closedUntil else { return due }
        return max(due, closed)
    }

    func lease(
        _ route: Route, limit: Int, owner: String, now: Instant, expiry: Instant
    ) throws -> [LeasedSubmission] {
        var breaker = try breaker(of: route.payer)
        let permission = breaker?.permits(at: now) ?? .everything
        guard permission != .nothing else { return [] }
        let limit = permission == .probe ? min(limit, 1) : limit
        var waiting: [DeliveryLane: ArraySlice<Candidate>] = [:]
        for lane in try lanes(of: route) {
            let candidates = try candidates(route, lane, now: now, limit: max(limit, 0))
            if !candidates.isEmpty { waiting[lane] = candidates[...] }
        }
        let leases = try chosen(from: &waiting, of: route, limit: limit).map { rid in
            let submission = try claim(rid, owner: owner, expiry: expiry)
            let bundle = try quick("SELECT bytes FROM bundle WHERE submission = ?") { row in
                row.bind(rid, at: 1)
                guard try row.step() else { throw Fault.unreadableRow }
                return row.bytes(0)
            }
            return LeasedSubmission(submission: submission, bundle: bundle)
        }
        if permission == .probe, let probe = leases.first {
            // Nothing else is claimed until it is settled, or its claim runs out.
            breaker?.probe = probe.submission.id
            breaker?.closedUntil = expiry
            try breaker.map { try keep($0) }
        }
        return leases
    }

    /// The lanes of a route that are not held; none when its payer is held.
    private func lanes(of route: Route) throws -> [DeliveryLane] {
        let holds = try holds()
        guard !holds.contains(where: { $0.subject == .payer && $0.name == route.payer }) else { return [] }
        return DeliveryLane.allCases.filter { lane in
            !holds.contains { $0.subject == .lane && $0.name == lane.rawValue }
        }
    }

    /// The jobs with something waiting in a lane, except those that are held.
    private func jobs(of route: Route, _ lane: DeliveryLane) throws -> [String] {
        try all(Self.waitingJobs, [route.payer, route.clinic, lane.rawValue]) { try $0.text(0) }
    }

    private func candidates(
        _ route: Route, _ lane: DeliveryLane, now: Instant, limit: Int
    ) throws -> [Candidate] {
        let jobs = try jobs(of: route, lane)
        let found = try jobs.flatMap { try candidates(route, lane, ofJob: $0, now: now, limit: limit) }
        return jobs.count < 2 ? found : Array(found.sorted { $0.isBefore($1) }.prefix(limit))
    }

    private func candidates(
        _ route: Route, _ lane: DeliveryLane, ofJob job: String, now: Instant, limit: Int
    ) throws -> [Candidate] {
        try quick(
            lane == .onDemand ? Self.dueFirst : Self.inTurn
        ) { row in
            row.bind(route.payer, at: 1)
            row.bind(route.clinic, at: 2)
            row.bind(lane.rawValue, at: 3)
            row.bind(job, at: 4)
            row.bind(now.milliseconds, at: 5)
            row.bind(Int64(limit), at: 6)
            var found: [Candidate] = []
            while try row.step() {
                found.append(
                    Candidate(
                        rid: row.integer(0), isSuspect: row.integer(1) > 0, due: row.integer(2),
                        notBefore: row.integer(3)))
            }
            return found
        }
    }

    /// Takes candidates by the lanes' turns. One whose claim was lost before goes alone, so that it takes no other
    /// along.
    private func chosen(
        from waiting: inout [DeliveryLane: ArraySlice<Candidate>], of route: Route, limit: Int
    ) throws -> [Int64] {
        let isShared = waiting.count > 1
        var turn = isShared ? try self.turn(of: route) : 0
        var chosen: [Int64] = []
        // The same member may wait in two lanes, but only the older of the two is a candidate.
        while chosen.count < limit, !waiting.isEmpty {
            let lane = isShared ? DeliveryLane.turns[turn % DeliveryLane.turns.count] : waiting.keys.first
            turn += 1
            guard let lane, let next = waiting[lane]?.first else { continue }
            if next.isSuspect {
                // Behind others it waits; its lane keeps its turn, and the next claim begins with it.
                if chosen.isEmpty { chosen = [next.rid] } else { turn -= 1 }
                break
            }
            chosen.append(next.rid)
            waiting[lane]?.removeFirst()
            if waiting[lane]?.isEmpty == true { waiting[lane] = nil }
        }
        if isShared { try keep(turn: turn % DeliveryLane.turns.count, of: route) }
        return chosen
    }

    private func turn(of route: Route) throws -> Int {
        try first("SELECT turn FROM lane_turn WHERE payer = ? AND clinic = ?", [route.payer, route.clinic]) {
            try $0.integer(0)
        } ?? 0
    }

    private func keep(turn: Int, of route: Route) throws {
        try change(
            """
            INSERT INTO lane_turn (payer, clinic, turn) VALUES (?, ?, ?)
            ON CONFLICT (payer, clinic) DO UPDATE SET turn = excluded.turn
            """,
            [route.payer, route.clinic, turn])
    }

    private func claim(_ rid: Int64, owner: String, expiry: Instant) throws -> Submission {
        try quick(
            """
            UPDATE submission SET state = 'leased', owner = ?2, expiry = ?3, attempts = attempts + 1, epoch = epoch + 1
            WHERE rid = ?1 RETURNING \(Self.submissionColumns)
            """
        ) { row in
            row.bind(rid, at: 1)
            row.bind(owner, at: 2)
            row.bind(expiry.milliseconds, at: 3)
            guard try row.step() else { throw Fault.unreadableRow }
            let submission = Submission(
                id: try row.text(0), exchange: try row.text(1), clinic: try row.text(2), payer: try row.text(3),
                member: ResourceKey(bits: row.integer(4)), part: Int(row.integer(5)), state: .leased,
                attempts: Int(row.integer(7)), notBefore: Instant(milliseconds: row.integer(8)),
                epoch: Int(row.integer(9)), entries: Int(row.integer(10)), bytes: Int(row.integer(11)),
                contentDigest: try row.text(12), lane: try row.word(13, as: DeliveryLane.self))
            _ = try row.step()
            return submission
        }
    }
}
