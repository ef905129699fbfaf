import FHIR
import FoundationEssentials
import GRDB
import PDex

extension SQLiteTransaction {
    func memberMatch(of patient: ResourceKey, _ route: Route) throws -> MemberMatch? {
        guard
            try !isEmpty(.memberMatch),
            try isThere(
                "SELECT 1 FROM member_match WHERE patient = ?1 AND payer = ?2 AND clinic = ?3",
                [route.payer, route.clinic], patient)
        else { return nil }
        return try first(
            """
            SELECT outcome, question, attempts, member, system, value, type_system, type_code, detail, at
            FROM member_match WHERE payer = ? AND clinic = ? AND patient = ?
            """, [route.payer, route.clinic, patient.bits]
        ) { row in
            MemberMatch(
                route: route, patient: patient, outcome: try row.word(0, as: MemberMatch.Outcome.self),
                question: try row.decode(Int64?.self, atIndex: 1), attempts: try row.integer(2),
                member: try row.decode(Int64?.self, atIndex: 3).map { ResourceKey(bits: $0) },
                identifier: try Self.identifier(row), detail: try row.text(8), at: try row.instant(9))
        }
    }

    func patients(answeredAs member: ResourceKey, _ route: Route) throws -> [ResourceKey] {
        guard try !isEmpty(.memberMatch) else { return [] }
        return try quick(
            "SELECT patient FROM member_match WHERE payer = ?1 AND clinic = ?2 AND member = ?3 ORDER BY patient"
        ) { statement in
            statement.bind(route.payer, at: 1)
            statement.bind(route.clinic, at: 2)
            statement.bind(member.bits, at: 3)
            var found: [ResourceKey] = []
            while try statement.step() { found.append(ResourceKey(bits: statement.integer(0))) }
            return found
        }
    }

    func keep(_ match: MemberMatch, audit: AuditEntry) throws {
        let type = match.identifier?.typeCodes.first
        try change(
            """
            INSERT OR REPLACE INTO member_match (payer, clinic, patient, outcome, question, attempts, member, system,
            value, type_system, type_code, detail, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                match.route.payer, match.route.clinic, match.patient.bits, match.outcome.rawValue, match.question,
                match.attempts, match.member?.bits, match.identifier?.system, match.identifier?.value, type?.system,
                type?.code, match.detail, match.at.milliseconds,
            ])
        try record(audit)
    }

    private static func identifier(_ row: Row) throws -> Identifier? {
        guard let value = try row.optionalText(5) else { return nil }
        let code = try row.optionalText(7)
        let system = try row.optionalText(6)
        return Identifier(
            system: try row.optionalText(4), value: value,
            typeCodes: code == nil ? [] : [Coding(system: system, code: code)])
    }
}
