import FHIR
import FoundationEssentials
import GRDB
import PDex

extension SQLiteTransaction {
    private static let columns = "payer, clinic, patient, member, reason, actor, at"

    func memberLink(of patient: ResourceKey, _ route: Route) throws -> MemberLink? {
        guard
            try !isEmpty(.memberLink),
            try isThere(
                "SELECT 1 FROM member_link WHERE patient = ?1 AND payer = ?2 AND clinic = ?3",
                [route.payer, route.clinic], patient)
        else { return nil }
        return try first(
            "SELECT \(Self.columns) FROM member_link WHERE payer = ? AND clinic = ? AND patient = ?",
            [route.payer, route.clinic, patient.bits], Self.link)
    }

    func memberLink(to member: ResourceKey, _ route: Route) throws -> MemberLink? {
        guard
            try !isEmpty(.memberLink),
            try isThere(
                "SELECT 1 FROM member_link WHERE member = ?1 AND payer = ?2 AND clinic = ?3",
                [route.payer, route.clinic], member)
        else { return nil }
        return try first(
            "SELECT \(Self.columns) FROM member_link WHERE payer = ? AND clinic = ? AND member = ?",
            [route.payer, route.clinic, member.bits], Self.link)
    }

    func decide(_ link: MemberLink, audit: AuditEntry) throws {
        if let member = link.member, let other = try memberLink(to: member, link.route), other.patient != link.patient {
            throw Fault(
                .matchTaken, .stop, "the member \(member) is linked to another patient, \(other.patient)",
                hint: "unlink that patient first, if it is the wrong one")
        }
        try change(
            """
            INSERT INTO member_link (payer, clinic, patient, member, reason, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (payer, clinic, patient) DO UPDATE SET
            member = excluded.member, reason = excluded.reason, actor = excluded.actor, at = excluded.at
            """,
            [
                link.route.payer, link.route.clinic, link.patient.bits, link.member?.bits, link.reason, link.actor,
                link.at.milliseconds,
            ])
        try record(audit)
    }

    func undecide(_ patient: ResourceKey, _ route: Route, audit: AuditEntry) throws {
        try change(
            "DELETE FROM member_link WHERE payer = ? AND clinic = ? AND patient = ?",
            [route.payer, route.clinic, patient.bits])
        try record(audit)
    }

    func supersede(_ keys: [ResourceKey], until instant: Instant) throws {
        for key in keys {
            try change(
                """
                INSERT INTO superseded (k, version, hash, since, until, raw)
                SELECT k, version, hash, coalesce((SELECT max(until) FROM superseded WHERE k = ?1), updated), ?2, content
                FROM staged WHERE k = ?1
                """,
                [key.bits, instant.milliseconds])
        }
    }

    func history(of key: ResourceKey) throws -> [SupersededResource] {
        try all(
            "SELECT version, hash, since, until, raw FROM superseded WHERE k = ? ORDER BY until, rid", [key.bits]
        ) { row in
            SupersededResource(
                key: key, versionID: try row.optionalText(0), contentHash: try row.decode(Int64.self, atIndex: 1),
                since: try row.decode(Int64?.self, atIndex: 2).map { Instant(milliseconds: $0) },
                until: try row.instant(3), bytes: try row.bytes(4))
        }
    }

    func followers(of survivor: ResourceKey, payer: String) throws -> [ResourceKey] {
        guard try isThere("SELECT 1 FROM exchange WHERE match_via = ?1 AND payer = ?2", [payer], survivor) else {
            return []
        }
        return try all(
            """
            SELECT DISTINCT e.member FROM exchange e WHERE e.match_via = ?1 AND e.payer = ?2 AND e.rid = (
                SELECT max(n.rid) FROM exchange n WHERE n.member = e.member AND n.payer = e.payer
            ) ORDER BY e.member
            """,
            [survivor.bits, payer]
        ) { try $0.key(0) }
    }

    private static func link(_ row: Row) throws -> MemberLink {
        MemberLink(
            route: Route(clinic: try row.text(1), payer: try row.text(0)), patient: try row.key(2),
            member: try row.decode(Int64?.self, atIndex: 3).map { ResourceKey(bits: $0) }, reason: try row.text(4),
            actor: try row.text(5), at: try row.instant(6))
    }
}
