import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    /// So many others may wait for their turn, or for so long; more looks like a clock that was set back.
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
