import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    func replay(_ run: String) throws -> Replay? {
        try first("SELECT run, step, accepts, failed_entries, reason FROM replay WHERE run = ?", [run], Self.replay)
    }

    func openReplays() throws -> [Run] {
        try all(
            "SELECT \(Self.runColumns) FROM run WHERE state = 'running' AND trigger = 'replay' ORDER BY rid", [],
            Self.run)
    }

    func items(
        ofReplay run: String, in outcome: ReplayItem.Outcome?, from place: Int, limit: Int
    ) throws -> [ReplayItem] {
        guard let outcome else {
            return try all(
                """
                SELECT exchange, outcome, made, why FROM replay_item
                WHERE run = ? AND place >= ? ORDER BY place LIMIT ?
                """, [run, place, max(limit, 0)], Self.item)
        }
        return try all(
            """
            SELECT exchange, outcome, made, why FROM replay_item
            WHERE run = ? AND outcome = ? AND place >= ? ORDER BY place LIMIT ?
            """, [run, outcome.rawValue, place, max(limit, 0)], Self.item)
    }

    func tally(ofReplay run: String) throws -> [ReplayItem.Outcome: Int] {
        let counts = try all("SELECT outcome, count(*) FROM replay_item WHERE run = ? GROUP BY outcome", [run]) {
            (try $0.word(0, as: ReplayItem.Outcome.self), try $0.integer(1))
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    func replayUnderWay(ofExchange exchange: String) throws -> String? {
        try first("SELECT run FROM replay_item WHERE exchange = ? AND outcome = 'waiting'", [exchange]) {
            try $0.text(0)
        }
    }

    func open(_ replay: Replay, of exchanges: [String], audit: AuditEntry) throws {
        try change(
            "INSERT INTO replay (run, step, accepts, failed_entries, reason) VALUES (?, ?, ?, ?, ?)",
            [
                replay.id, replay.step.rawValue, replay.acceptsMappingChanges ? 1 : 0,
                replay.onlyFailedEntries ? 1 : 0, replay.reason,
            ])
        for (place, exchange) in exchanges.enumerated() {
            guard try replayUnderWay(ofExchange: exchange) == nil else {
                throw Fault.refused("exchange \(exchange) is being replayed already")
            }
            try change(
                "INSERT INTO replay_item (run, place, exchange, outcome) VALUES (?, ?, ?, 'waiting')",
                [replay.id, place, exchange])
        }
        try record(audit)
    }

    func settle(_ item: ReplayItem, ofReplay run: String) throws -> Bool {
        guard item.outcome != .waiting else { throw Fault.refused("an item of a replay cannot be settled as waiting") }
        let settled = try change(
            """
            UPDATE replay_item SET outcome = ?, made = ?, why = ?
            WHERE exchange = ? AND outcome = 'waiting' AND run = ?
            """, [item.outcome.rawValue, item.made, item.why, item.exchange, run])
        return settled == 1
    }

    private static func replay(_ row: Row) throws -> Replay {
        Replay(
            id: try row.text(0), step: try row.word(1, as: Replay.Step.self),
            acceptsMappingChanges: try row.integer(2) == 1,
            onlyFailedEntries: try row.integer(3) == 1, reason: try row.text(4))
    }

    private static func item(_ row: Row) throws -> ReplayItem {
        ReplayItem(
            exchange: try row.text(0), outcome: try row.word(1, as: ReplayItem.Outcome.self),
            made: try row.optionalText(2), why: try row.optionalText(3))
    }
}
