import FHIR
import FoundationEssentials
import GRDB
import PDex

extension SQLiteTransaction {
    private static let columns = """
        id, job, run, member, clinic, payer, state, reason, detail, fingerprint, consent, consent_version, consent_hash,
        consent_rule, mapping, replay_of, created, updated, manifest, carried, unchanged,
        match_member, match_rule, match_value, match_via, decision_rule, decided, types
        """

    func exchange(_ id: String) throws -> Exchange? {
        try first("SELECT \(Self.columns) FROM exchange WHERE id = ?", [id], Self.exchange)
    }

    func exchangeIDs(startingWith prefix: String, limit: Int) throws -> [String] {
        // A range instead of LIKE, which folds case and has wildcards; ids are ASCII.
        try all(
            "SELECT id FROM exchange WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            [prefix, prefix + "\u{7F}", max(limit, 0)]
        ) { try $0.text(0) }
    }

    func standing(ofExchange id: String) throws -> ExchangeStanding? {
        try quick("SELECT run, state FROM exchange WHERE id = ?") { row in
            row.bind(id, at: 1)
            guard try row.step() else { return nil }
            return ExchangeStanding(run: try row.text(0), state: try row.word(1, as: ExchangeState.self))
        }
    }

    func progress(ofExchange id: String) throws -> ExchangeProgress? {
        try quick(
            "SELECT e.run, e.state, s.state FROM exchange e LEFT JOIN submission s ON s.exchange = e.id WHERE e.id = ?"
        ) { row in
            row.bind(id, at: 1)
            guard try row.step() else { return nil }
            let standing = ExchangeStanding(run: try row.text(0), state: try row.word(1, as: ExchangeState.self))
            var submissions: [SubmissionState] = []
            repeat {
                guard let word = row.optionalText(2) else { break }
                guard let state = SubmissionState(rawValue: word) else { throw Fault.unreadableRow }
                submissions.append(state)
            } while try row.step()
            return ExchangeProgress(standing: standing, submissions: submissions)
        }
    }

    func latestExchange(member: ResourceKey, payer: String) throws -> Exchange? {
        guard try isThere("SELECT 1 FROM exchange WHERE member = ?1 AND payer = ?2", [payer], member) else {
            return nil
        }
        return try first(
            "SELECT \(Self.columns) FROM exchange WHERE member = ? AND payer = ? ORDER BY rid DESC LIMIT 1",
            [member.bits, payer], Self.exchange)
    }

    func latestAcknowledged(member: ResourceKey, payer: String) throws -> Exchange? {
        try first(
            """
            SELECT \(Self.columns) FROM exchange WHERE member = ? AND payer = ? AND state = 'acknowledged'
            ORDER BY rid DESC LIMIT 1
            """,
            [member.bits, payer], Self.exchange)
    }

    func exchanges(matching filter: ExchangeFilter, limit: Int) throws -> [Exchange] {
        let (filtered, arguments) = Self.condition(filter, limit)
        return try all(
            "SELECT \(Self.columns) FROM exchange \(filtered) ORDER BY rid DESC LIMIT ?", arguments, Self.exchange)
    }

    func lines(ofExchangesMatching filter: ExchangeFilter, limit: Int) throws -> [ExchangeLine] {
        let (filtered, arguments) = Self.condition(filter, limit)
        return try all("SELECT id, state, reason FROM exchange \(filtered) ORDER BY rid DESC LIMIT ?", arguments) {
            ExchangeLine(
                id: try $0.text(0), state: try $0.word(1, as: ExchangeState.self), reason: try $0.faultCode(2))
        }
    }

    /// The condition of a filter, and its arguments followed by the limit.
    private static func condition(_ filter: ExchangeFilter, _ limit: Int) -> (String, StatementArguments) {
        var conditions: [String] = []
        var arguments = StatementArguments()
        func require(_ condition: String, _ values: [any DatabaseValueConvertible]) {
            conditions.append(condition)
            arguments += StatementArguments(values)
        }
        if !filter.states.isEmpty {
            let marks = filter.states.map { _ in "?" }.joined(separator: ", ")
            require("state IN (\(marks))", filter.states.map(\.rawValue))
        }
        if let reason = filter.reason { require("reason = ?", [reason.rawValue]) }
        if let member = filter.member { require("member = ?", [member.bits]) }
        if let member = filter.recognised { require("match_member = ?", [member.bits]) }
        if let payer = filter.payer { require("payer = ?", [payer]) }
        if let job = filter.job { require("job = ?", [job]) }
        if let clinic = filter.clinic { require("clinic = ?", [clinic]) }
        if !filter.members.isEmpty {
            let marks = filter.members.map { _ in "?" }.joined(separator: ", ")
            require("member IN (\(marks))", filter.members.map(\.bits))
        }
        if let since = filter.since { require("updated >= ?", [since.milliseconds]) }
        if let until = filter.until { require("updated < ?", [until.milliseconds]) }
        if let run = filter.run {
            require("(run = ? OR rid IN (SELECT exchange FROM met WHERE met.run = ?))", [run, run])
        }
        let filtered = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        arguments += [max(limit, 0)]
        return (filtered, arguments)
    }

    func tally(run: String) throws -> [ExchangeTally] {
        let lines = try all(
            """
            SELECT state, reason, count(*), sum(carried), sum(unchanged),
                max(CASE WHEN \(Self.takesBack) THEN manifest END)
            FROM exchange WHERE rid IN (
                SELECT max(rid) FROM (
                    SELECT rid, member FROM exchange WHERE run = ?1
                    UNION SELECT rid, member FROM exchange WHERE rid IN (SELECT exchange FROM met WHERE run = ?1)
                ) GROUP BY member
            ) GROUP BY state, reason, CASE WHEN \(Self.takesBack) THEN rid END ORDER BY state, reason
            """,
            [run]
        ) { row in
            let manifest = try row.decode(Data?.self, atIndex: 5).flatMap { ExchangeManifest(encoded: [UInt8]($0)) }
            return try Self.tally(row, takesBackFor: manifest?.reasonBesides)
        }
        return Self.joined(lines)
    }

    /// What was acknowledged and rests on no consent only takes back; its manifest tells why.
    private static let takesBack =
        "state = 'acknowledged' AND carried = 0 AND consent_rule IS NULL AND decision_rule IS NULL"

    /// A line of each kind.
    private static func joined(_ lines: [ExchangeTally]) -> [ExchangeTally] {
        lines.reduce(into: []) { joined, line in
            let same = joined.firstIndex {
                $0.state == line.state && $0.reason == line.reason && $0.takesBackFor == line.takesBackFor
            }
            guard let same else { return joined.append(line) }
            joined[same] = ExchangeTally(
                state: line.state, reason: line.reason, count: joined[same].count + line.count,
                carried: joined[same].carried + line.carried, unchanged: joined[same].unchanged + line.unchanged,
                takesBackFor: line.takesBackFor)
        }
    }

    func isTallied(_ member: ResourceKey, payer: String, in run: String) throws -> Bool {
        // Of one member there are few; what a run met would be read as a whole by a list of it.
        try isThere(
            """
            SELECT 1 FROM exchange e WHERE e.member = ?1 AND e.payer = ?2 AND (
                e.run = ?3 OR EXISTS (SELECT 1 FROM met m WHERE m.run = ?3 AND m.exchange = e.rid)
            ) LIMIT 1
            """, [payer, run], member)
    }

    func balance() throws -> [ExchangeTally] {
        // From an index that holds all of it: monitoring asks every few seconds.
        try all(
            """
            SELECT state, reason, count(*), 0, 0 FROM exchange INDEXED BY exchange_run
            GROUP BY state, reason ORDER BY state, reason
            """, []
        ) { try Self.tally($0, takesBackFor: nil) }
    }

    private static func tally(_ row: Row, takesBackFor code: FaultCode?) throws -> ExchangeTally {
        ExchangeTally(
            state: try row.word(0, as: ExchangeState.self), reason: try row.faultCode(1), count: try row.integer(2),
            carried: try row.integer(3), unchanged: try row.integer(4), takesBackFor: code)
    }

    func insert(_ exchange: Exchange, audit: [AuditEntry]) throws {
        guard !audit.isEmpty else { throw Fault.refused("exchange \(exchange.id) comes without an audit entry") }
        guard try standing(ofExchange: exchange.id) == nil else {
            throw Fault.refused("exchange \(exchange.id) is there already")
        }
        let marks = Array(repeating: "?", count: 28).joined(separator: ", ")
        try change(
            "INSERT INTO exchange (\(Self.columns)) VALUES (\(marks))",
            [
                exchange.id, exchange.job, exchange.run, exchange.member.bits, exchange.clinic, exchange.payer,
                exchange.state.rawValue, exchange.reason?.rawValue, exchange.detail, exchange.fingerprint,
                exchange.consent?.consent?.bits, exchange.consent?.versionID, exchange.consent?.contentHash,
                exchange.consent.flatMap { $0.consent == nil ? nil : $0.rule }, exchange.mapping, exchange.replayOf,
                exchange.created.milliseconds,
                exchange.updated.milliseconds, Data(exchange.manifest.encoded), exchange.carried, exchange.unchanged,
                exchange.match?.member?.bits, exchange.match?.rule, exchange.match?.value, exchange.match?.via?.bits,
                exchange.consent.flatMap { $0.consent == nil ? $0.rule : nil }, exchange.consent?.at?.milliseconds,
                exchange.types.joined(separator: ","),
            ]
        )
        for entry in audit {
            try record(entry, of: exchange.id)
        }
    }

    func advance(
        _ exchange: String, to state: ExchangeState, reason: FaultCode?, detail: String?, at instant: Instant,
        audit: AuditEntry
    ) throws {
        // One statement when the lifecycle allows it, as it nearly always does.
        let moved = try Self.advancing[state].map { sql in
            try quick(sql) { row in
                row.bind(state.rawValue, at: 1)
                row.bind(reason?.rawValue, at: 2)
                row.bind(detail, at: 3)
                row.bind(instant.milliseconds, at: 4)
                row.bind(exchange, at: 5)
                _ = try row.step()
                return row.changes
            }
        }
        guard moved == 1 else {
            guard let found = try standing(ofExchange: exchange)?.state else {
                throw Fault(.exchangeUnknown, .stop, "there is no exchange \(exchange)")
            }
            throw Fault.refused("exchange \(exchange) cannot go from \(found.rawValue) to \(state.rawValue)")
        }
        try record(audit, of: exchange)
    }

    /// For each state, the statement that moves an exchange to it from a state that may come before.
    private static let advancing: [ExchangeState: String] = {
        let pairs = ExchangeState.allCases.compactMap { state -> (ExchangeState, String)? in
            let before = ExchangeState.allCases.filter { $0.successors.contains(state) }.map { "'\($0.rawValue)'" }
            return before.isEmpty ? nil : (state, advance + before.joined(separator: ", ") + ")")
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }()
    private static let advance = """
        UPDATE exchange SET state = ?1, reason = ?2, detail = ?3, updated = ?4 WHERE id = ?5 AND +state IN (
        """

    func meet(_ exchange: String, in run: String) throws {
        guard let number = try first("SELECT rid FROM exchange WHERE id = ?", [exchange], { try $0.integer(0) }) else {
            throw Fault(.exchangeUnknown, .stop, "there is no exchange \(exchange)")
        }
        try change("INSERT OR IGNORE INTO met (run, exchange) VALUES (?, ?)", [run, number])
    }

    private func record(_ entry: AuditEntry, of exchange: String) throws {
        guard entry.exchange == exchange else {
            throw Fault.refused("an audit entry of exchange \(exchange) does not name it")
        }
        try record(entry)
    }

    private static func exchange(_ row: Row) throws -> Exchange {
        guard let manifest = ExchangeManifest(encoded: try row.bytes(18)) else { throw Fault.unreadableRow }
        return Exchange(
            id: try row.text(0), job: try row.text(1), run: try row.text(2), member: try row.key(3),
            clinic: try row.text(4), payer: try row.text(5), state: try row.word(6, as: ExchangeState.self),
            reason: try row.faultCode(7), detail: try row.optionalText(8),
            fingerprint: try row.decode(Int64.self, atIndex: 9), manifest: manifest, carried: try row.integer(19),
            unchanged: try row.integer(20), consent: try consent(row), match: try match(row),
            mapping: try row.text(14), types: try row.text(27).split(separator: ",").map(String.init),
            replayOf: try row.optionalText(15), created: try row.instant(16), updated: try row.instant(17)
        )
    }

    private static func match(_ row: Row) throws -> MatchEvidence? {
        guard let rule = try row.optionalText(22) else { return nil }
        return MatchEvidence(
            member: try row.decode(Int64?.self, atIndex: 21).map { ResourceKey(bits: $0) }, rule: rule,
            value: try row.decode(Int64?.self, atIndex: 23),
            via: try row.decode(Int64?.self, atIndex: 24).map { ResourceKey(bits: $0) })
    }

    private static func consent(_ row: Row) throws -> ConsentEvidence? {
        guard let rule = try row.optionalText(13) ?? row.optionalText(25) else { return nil }
        return ConsentEvidence(
            consent: try row.decode(Int64?.self, atIndex: 10).map { ResourceKey(bits: $0) },
            versionID: try row.optionalText(11), contentHash: try row.decode(Int64?.self, atIndex: 12), rule: rule,
            at: try row.decode(Int64?.self, atIndex: 26).map { Instant(milliseconds: $0) })
    }
}
