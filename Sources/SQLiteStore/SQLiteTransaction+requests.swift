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
                "SELECT \(Self.columns) FROM member_request \(filtered) ORDER BY due, rid LIMIT ?",
                arguments + [max(limit, 0)], Self.request)
        }
        return Array(found.sorted { ($0.due, $0.id) < ($1.due, $1.id) }.prefix(max(limit, 0)))
    }

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
        return MemberRequestState.allCases.filter(filter.states.contains).flatMap { state in
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
        if filter.isUnwarned { conditions.append("warned IS NULL") }
        return ("WHERE " + conditions.joined(separator: " AND "), arguments)
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
