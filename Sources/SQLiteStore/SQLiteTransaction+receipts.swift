import FHIR
import GRDB
import PDex

extension SQLiteTransaction {
    func receipts(ofExchange exchange: String) throws -> [Receipt] {
        try all(
            """
            SELECT s.id, r.attempt, r.status, r.verdict, r.fault, r.outcome, r.locations, r.at
            FROM submission s JOIN receipt r ON r.submission = s.rid
            WHERE s.exchange = ? ORDER BY s.part, s.rid, r.attempt, r.epoch
            """,
            [exchange], Self.receipt)
    }

    func settle(
        _ submission: String, epoch: Int, as state: SubmissionState, notBefore: Instant?, receipt: Receipt
    ) throws -> Bool {
        guard state != .leased else { throw Fault.refused("submission \(submission) cannot be settled as leased") }
        guard receipt.submission == submission else {
            throw Fault.refused("the receipt is not of submission \(submission)")
        }
        guard let rid = try first("SELECT rid FROM submission WHERE id = ?", [submission], { try $0.integer(0) }) else {
            throw Fault.refused("there is no submission \(submission)")
        }
        try keep(receipt, of: rid, epoch: epoch)
        let moved = try change(
            """
            UPDATE submission SET state = ?, not_before = coalesce(?, not_before), owner = NULL, expiry = NULL
            WHERE rid = ? AND epoch = ? AND state = 'leased'
            """,
            [state.rawValue, notBefore?.milliseconds, rid, epoch]
        )
        guard moved == 1 else { return false }
        if state == .acknowledged || state == .cancelled {
            try change("DELETE FROM bundle WHERE submission = ?", [rid])
        }
        return true
    }

    /// Keeps the first answer to a claim; told again, it is the same answer.
    private func keep(_ receipt: Receipt, of submission: Int, epoch: Int) throws {
        try change(
            """
            INSERT INTO receipt (submission, attempt, epoch, status, verdict, fault, outcome, locations, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                submission, receipt.attempt, epoch, receipt.status, receipt.verdict, receipt.fault?.rawValue,
                receipt.outcome, receipt.locations.joined(separator: "\n"), receipt.at.milliseconds,
            ]
        )
    }

    private static func receipt(_ row: Row) throws -> Receipt {
        Receipt(
            submission: try row.text(0), attempt: try row.integer(1), status: try row.integer(2),
            verdict: try row.text(3), fault: try row.faultCode(4), outcome: try row.optionalText(5),
            locations: try row.text(6).split(separator: "\n").map(String.init), at: try row.instant(7)
        )
    }
}
