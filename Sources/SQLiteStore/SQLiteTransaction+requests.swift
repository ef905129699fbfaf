import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    private static let columns =
        "id, job, patient, since, types, accepted, due, state, run, reason, updated, payer, owner, attempts, not_before, warned, asked"

    func memberRequest(_ id: String) throws -> MemberRequest? {
        try first("SELECT \(Self.columns) FROM member_request WHERE id = ?", [id], Self.request)
    }

    func memberRequests(matching filter: MemberRequestFilter, limit: Int) throws -> [MemberRequest] {
        let found = try places(filter).flatMap { state, payer in
            let (filtered, arguments) = Self.condition(filter, state, payer)
            return try all(
                "SELECT \(Self.columns) FROM member_request \(filtered) ORDER BY \(Self.order(of: state)) LIMIT ?",
                arguments + [max(limit, 0)], Self.request)
        }
        return Array(found.sorted { MemberRequestPlace($0) < MemberRequestPlace($1) }.prefix(max(limit, 0)))
    }

    private static func order(of state: MemberRequestState) -> String { state.isOpen ? "due, id" : "due DESC, id" }

    func count(memberRequestsMatching filter: MemberRequestFilter) throws -> Int {
        try places(filter).reduce(0) { sum, place in
            let (filtered, arguments) = Self.condition(filter, place.state, place.payer)
            return try sum
                + (first("SELECT count(*) FROM member_request \(filtered)", arguments) { try $0.integer(0) } ?? 0)
        }
    }

    func payers(ofMemberRequestsMatching filter: MemberRequestFilter) throws -> [String] {
        let found = try places(filter).flatMap { state, payer in
            let (filtered, arguments) = Self.condition(filter, state, payer)
            return try all("SELECT DISTINCT payer FROM member_request \(filtered)", arguments) {
                try $0.text(0)
            }
        }
        return Set(found).sorted()
    }

    /// One search per state and payer, so that each is answered by an index.
    private func places(_ filter: MemberRequestFilter) -> [(state: MemberRequestState, payer: String?)] {
        let payers: [String?] = filter.payers.map { $0.sorted() } ?? [nil]
        // Behind what has ended nothing is open.
        let states = filter.states.filter { filter.after?.isOpen ?? true || !$0.isOpen }
        return MemberRequestState.allCases.filter(states.contains).flatMap { state in
            payers.map { (state, $0) }
        }
    }

    private static func condition(
        _ filter: MemberRequestFilter, _ state: MemberRequestState, _ payer: String?
    ) -> (String, StatementArguments) {
        var conditions = ["state = ?"]
        var arguments: StatementArguments = [state.rawValue]
        func add(_ condition: String, _ argument: (any DatabaseValueConvertible)?) {
            guard let argument else { return }
            conditions.append(condition)
            arguments += [argument]
        }
        add("payer = ?", payer)
        add("owner = ?", filter.owner)
        add("not_before <= ?", filter.readyAt?.milliseconds)
        add("due < ?", filter.dueBefore?.milliseconds)
        add("at_risk <= ?", filter.atRiskBy?.milliseconds)
        add("run = ?", filter.run)
        if let after = filter.after, after.isOpen == state.isOpen {
            let sign = after.isOpen ? ">" : "<"
            conditions.append("(due \(sign) ? OR due = ? AND id > ?)")
            arguments += [after.due.milliseconds, after.due.milliseconds, after.id]
        }
        if filter.isUnwarned { conditions.append("warned IS NULL") }
        if filter.isUntoldSinceDue { conditions.append("(warned IS NULL OR warned <= due)") }
        if let progress = filter.progress { conditions += condition(progress, state) }
        return ("WHERE " + conditions.joined(separator: " AND "), arguments)
    }

    private static func condition(_ progress: MemberRequestFilter.Progress, _ state: MemberRequestState) -> [String] {
        switch progress {
        // What waits for its turn is run whatever ran for it before: its store was restored, or that run failed.
        case .unrun: state == .requested ? [] : ["NOT " + runHasEnded]
        case .rests: [runHasEnded, "NOT " + isPending]
        case .parked: [runIsParked]
        }
    }

    private static let runHasEnded = """
        EXISTS (SELECT 1 FROM run WHERE run.id = member_request.run AND run.state IN ('complete', 'partial'))
        """
    private static let isPending: String = {
        let pending = ExchangeState.allCases.filter(\.isPending).map { "'\($0.rawValue)'" }.joined(separator: ", ")
        return """
            EXISTS (
                SELECT 1 FROM exchange own WHERE (own.run = member_request.run OR own.rid IN (
                    SELECT met.exchange FROM met WHERE met.run = member_request.run))
                AND (own.state IN (\(pending)) OR own.reason = '\(FaultCode.superseded.rawValue)' AND EXISTS (
                    SELECT 1 FROM exchange newer WHERE newer.member = own.member AND newer.payer = own.payer
                    AND newer.rid > own.rid AND newer.state IN (\(pending)) AND \(noneBetween("own", "newer"))))
            )
            """
    }()
    /// From the few that are parked, not from the many that have ended.
    private static let runIsParked = """
        run IN (
            WITH judged (rid, run) AS (
                SELECT parked.rid, parked.run FROM exchange parked WHERE parked.state = 'parked'
                UNION SELECT older.rid, older.run FROM exchange parked JOIN exchange older
                ON older.member = parked.member AND older.payer = parked.payer AND older.rid < parked.rid
                WHERE parked.state = 'parked' AND older.reason = '\(FaultCode.superseded.rawValue)'
                AND \(noneBetween("older", "parked"))
            )
            SELECT judged.run FROM judged UNION SELECT met.run FROM met JOIN judged ON judged.rid = met.exchange
        )
        """

    /// That one exchange took the place of another, at once or by way of others that were superseded, too: none of the
    /// same member and payer between them stands for itself.
    private static func noneBetween(_ older: String, _ newer: String) -> String {
        """
        NOT EXISTS (
            SELECT 1 FROM exchange other WHERE other.member = \(older).member AND other.payer = \(older).payer
            AND other.rid > \(older).rid AND other.rid < \(newer).rid
            AND other.reason IS NOT '\(FaultCode.superseded.rawValue)')
        """
    }

    func accept(_ request: MemberRequest, audit: AuditEntry) throws -> MemberRequest {
        if let known = try memberRequest(request.id) { return known }
        try change(
            "INSERT INTO member_request (\(Self.columns), at_risk) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                request.id, request.job, request.patient, request.since?.milliseconds,
                request.types.joined(separator: ","), request.accepted.milliseconds, request.due.milliseconds,
                request.state.rawValue, request.run, request.reason?.rawValue, request.updated.milliseconds,
                request.payer, request.owner, request.attempts, request.notBefore?.milliseconds ?? 0,
                request.warned?.milliseconds, request.asked, request.atRisk.milliseconds,
            ])
        try record(audit)
        return request
    }

    func advance(
        memberRequest id: String, to state: MemberRequestState, run: String?, reason: FaultCode?, at instant: Instant,
        audit: AuditEntry
    ) throws -> Bool {
        guard let request = try memberRequest(id), request.state.successors.contains(state) else { return false }
        try change(
            "UPDATE member_request SET state = ?, run = ?, reason = ?, updated = ? WHERE id = ?",
            [state.rawValue, run ?? request.run, reason?.rawValue, instant.milliseconds, id])
        try record(audit)
        return true
    }

    func rest(memberRequest id: String, until instant: Instant) throws {
        try change(
            "UPDATE member_request SET not_before = ?, attempts = attempts + 1 WHERE id = ? AND state = ?",
            [instant.milliseconds, id, MemberRequestState.requested.rawValue])
    }

    func warned(memberRequest id: String, at instant: Instant, audit: AuditEntry) throws {
        try change("UPDATE member_request SET warned = ? WHERE id = ?", [instant.milliseconds, id])
        try record(audit)
    }

    func matched(group id: String, payer: String) throws -> Instant? {
        try first("SELECT at FROM matched_group WHERE payer = ? AND id = ?", [payer, id]) { try $0.instant(0) }
    }

    func keep(matchedGroup id: String, payer: String, at instant: Instant) throws {
        try change(
            "INSERT OR REPLACE INTO matched_group (payer, id, at) VALUES (?, ?, ?)",
            [payer, id, instant.milliseconds])
    }

    private static func request(_ row: Row) throws -> MemberRequest {
        var request = MemberRequest(
            id: try row.text(0), job: try row.text(1), payer: try row.text(11), owner: try row.optionalText(12),
            patient: try row.text(2),
            since: try row.decode(Int64?.self, atIndex: 3).map { Instant(milliseconds: $0) },
            types: try row.text(4).split(separator: ",").map(String.init), accepted: try row.instant(5),
            due: try row.instant(6), state: try row.word(7, as: MemberRequestState.self),
            run: try row.optionalText(8), reason: try row.faultCode(9), updated: try row.instant(10))
        request.attempts = try row.integer(13)
        let notBefore = try row.instant(14)
        request.notBefore = notBefore.milliseconds == 0 ? nil : notBefore
        request.warned = try row.decode(Int64?.self, atIndex: 15).map { Instant(milliseconds: $0) }
        request.asked = try row.optionalText(16)
        return request
    }
}
