import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    func breakers() throws -> [CircuitBreaker] {
        try all(
            """
            SELECT payer, failing, spent, closings, closed_until, probe, named, fault, at
            FROM circuit_breaker ORDER BY payer
            """
        ) { row in
            CircuitBreaker(
                payer: try row.text(0), failing: try row.text(1).split(separator: "\n").map(String.init),
                spent: try row.integer(2), closings: try row.integer(3), closedUntil: try row.optionalInstant(4),
                probe: try row.optionalText(5), named: try row.optionalInstant(6), lastFault: try row.faultCode(7),
                at: try row.instant(8))
        }
    }

    func keep(_ breaker: CircuitBreaker) throws {
        guard !breaker.isAtRest else {
            try change("DELETE FROM circuit_breaker WHERE payer = ?", [breaker.payer])
            return
        }
        try change(
            """
            INSERT OR REPLACE INTO circuit_breaker (
                payer, failing, spent, closings, closed_until, probe, named, fault, at
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                breaker.payer, breaker.failing.joined(separator: "\n"), breaker.spent, breaker.closings,
                breaker.closedUntil?.milliseconds, breaker.probe, breaker.named?.milliseconds,
                breaker.lastFault?.rawValue, breaker.at.milliseconds,
            ])
    }

    func breaker(of payer: String) throws -> CircuitBreaker? {
        try breakers().first { $0.payer == payer }
    }
}
