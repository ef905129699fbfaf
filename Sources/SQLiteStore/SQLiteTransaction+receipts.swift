import FHIR
import FoundationEssentials
import GRDB
import PDex

extension SQLiteTransaction {
    func receipts(ofExchange exchange: String) throws -> [Receipt] {
        try all(
            """
            SELECT s.id, r.attempt, r.status, r.verdict, r.fault, r.outcome, r.locations, r.at, r.answer_id
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
        let moved = try quick(Self.settling) { row in
            row.bind(state.rawValue, at: 1)
            row.bind(notBefore?.milliseconds, at: 2)
            row.bind(submission, at: 3)
            row.bind(Int64(epoch), at: 4)
            let moved = try row.step() ? row.integer(0) : nil
            if moved != nil { _ = try row.step() }
            return moved
        }
        guard let rid = try moved ?? number(ofSubmission: submission) else {
            throw Fault.refused("there is no submission \(submission)")
        }
        try keep(receipt, of: rid, epoch: epoch)
        guard moved != nil else { return false }
        if state == .acknowledged || state == .cancelled {
            try quick("DELETE FROM bundle WHERE submission = ?") { row in
                row.bind(rid, at: 1)
                _ = try row.step()
            }
        }
        return true
    }

    func divide(
        _ submission: String, epoch: Int, first: ExchangeBundle, rest: [LeasedSubmission], at instant: Instant,
        receipt: Receipt
    ) throws -> Bool {
        guard try settle(submission, epoch: epoch, as: .retrying, notBefore: instant, receipt: receipt),
            let rid = try number(ofSubmission: submission)
        else { return false }
        try change(
            "UPDATE submission SET attempts = attempts - 1, entries = ?, bytes = ?, digest = ? WHERE rid = ?",
            [first.entries, first.bytes.count, first.digest, rid])
        try change("UPDATE bundle SET bytes = ? WHERE submission = ?", [Data(first.bytes), rid])
        try enqueue(rest)
        return true
    }

    /// Changes nothing when the epoch is no longer that of the claim.
    private static let settling = """
        UPDATE submission SET state = ?1, not_before = coalesce(?2, not_before), owner = NULL, expiry = NULL, lost = 0
        WHERE id = ?3 AND epoch = ?4 AND state = 'leased' RETURNING rid
        """

    private func number(ofSubmission id: String) throws -> Int64? {
        try quick("SELECT rid FROM submission WHERE id = ?") { row in
            row.bind(id, at: 1)
            return try row.step() ? row.integer(0) : nil
        }
    }

    /// Keeps the first answer to a claim; an answer reported again is the same.
    private func keep(_ receipt: Receipt, of submission: Int64, epoch: Int) throws {
        try quick(
            """
            INSERT INTO receipt (submission, attempt, epoch, status, verdict, fault, outcome, locations, at, answer_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """
        ) { row in
            row.bind(submission, at: 1)
            row.bind(Int64(receipt.attempt), at: 2)
            row.bind(Int64(epoch), at: 3)
            row.bind(Int64(receipt.status), at: 4)
            row.bind(receipt.verdict, at: 5)
            row.bind(receipt.fault?.rawValue, at: 6)
            row.bind(receipt.outcome, at: 7)
            row.bind(receipt.locations.joined(separator: "\n"), at: 8)
            row.bind(receipt.at.milliseconds, at: 9)
            row.bind(receipt.answerID, at: 10)
            _ = try row.step()
        }
    }

    private static func receipt(_ row: Row) throws -> Receipt {
        Receipt(
            submission: try row.text(0), attempt: try row.integer(1), status: try row.integer(2),
            verdict: try row.text(3), fault: try row.faultCode(4), outcome: try row.optionalText(5),
            locations: try row.text(6).split(separator: "\n").map(String.init),
            answerID: try row.optionalText(8), at: try row.instant(7)
        )
    }
}
