import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    private static let columns = "id, job, patient, since, types, accepted, due, state, run, reason, updated"

    func memberRequest(_ id: String) throws -> MemberRequest? {
        try first("SELECT \(Self.columns) FROM member_request WHERE id = ?", [id], Self.request)
    }

    func memberRequests(in states: Set<MemberRequestState>, limit: Int) throws -> [MemberRequest] {
        let found = try states.flatMap { state in
            try all(
                "SELECT \(Self.columns) FROM member_request WHERE state = ? ORDER BY due, rid LIMIT ?",
                [state.rawValue, max(limit, 0)], Self.request)
        }
        return Array(found.sorted { ($0.due, $0.id) < ($1.due, $1.id) }.prefix(max(limit, 0)))
    }

    func accept(_ request: MemberRequest, audit: AuditEntry) throws -> MemberRequest {
        if let known = try memberRequest(request.id) { return known }
        try change(
            "INSERT INTO member_request (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                request.id, request.job, request.patient, request.since?.milliseconds,
                request.types.joined(separator: ","), request.accepted.milliseconds, request.due.milliseconds,
                request.state.rawValue, request.run, request.reason?.rawValue, request.updated.milliseconds,
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

    private static func request(_ row: Row) throws -> MemberRequest {
        MemberRequest(
            id: try row.text(0), job: try row.text(1), patient: try row.text(2),
            since: try row.decode(Int64?.self, atIndex: 3).map { Instant(milliseconds: $0) },
            types: try row.text(4).split(separator: ",").map(String.init), accepted: try row.instant(5),
            due: try row.instant(6), state: try row.word(7, as: MemberRequestState.self),
            run: try row.optionalText(8), reason: try row.faultCode(9), updated: try row.instant(10))
    }
}
