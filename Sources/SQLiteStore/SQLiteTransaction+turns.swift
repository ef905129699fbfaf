import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    /// How many turns, or milliseconds if longer, one may lie ahead; more looks like a clock that was set back.
    private static let mostWaiting: Int64 = 64
    private static let longestWait: Int64 = 60_000

    func deliveriesUnderWay(
        to payer: String, besides owner: String, eachAtMost most: Int, at now: Instant
    ) throws -> Int {
        try first(
            """
            SELECT coalesce(sum(min(held, ?)), 0) FROM (
                SELECT count(*) AS held FROM submission
                WHERE state = 'leased' AND owner <> ? AND expiry > ? AND payer = ? GROUP BY owner
            )
            """, [most, owner, now.milliseconds, payer]
        ) { try $0.integer(0) } ?? 0
    }

    func requestIsDue(besides route: Route, since: Instant, at now: Instant) throws -> Bool {
        try first(
            """
            SELECT 1 FROM submission s INDEXED BY submission_due
            WHERE s.payer = ?1 AND s.lane = ?2 AND s.clinic <> ?3 AND s.state IN ('queued', 'retrying')
            AND s.not_before >= ?4 AND s.not_before <= ?5 AND NOT EXISTS (
                SELECT 1 FROM hold h WHERE (h.subject = 'job' AND h.name = s.job) OR (h.subject = 'lane' AND h.name = s.lane)
            ) AND \(Self.isFirstOfMember) LIMIT 1
            """,
            [
                route.payer, DeliveryLane.onDemand.rawValue, route.clinic, since.milliseconds, now.milliseconds,
            ]
        ) { _ in true } ?? false
    }

    func takeTurns(at payer: String, count: Int, spacing: Int64, now: Instant) throws -> Instant {
        let next = try first("SELECT next FROM payer_turn WHERE payer = ?", [payer]) { try $0.instant(0) }
        let latest = now.adding(milliseconds: max(spacing * Self.mostWaiting, Self.longestWait))
        let turn = min(max(next ?? now, now), latest)
        try change(
            "INSERT OR REPLACE INTO payer_turn (payer, next) VALUES (?, ?)",
            [payer, turn.adding(milliseconds: spacing * Int64(max(count, 1))).milliseconds])
        return turn
    }
}
