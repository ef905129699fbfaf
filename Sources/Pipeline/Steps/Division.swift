import FHIR
import PDex

extension KeepReceipts {
    /// Replaces a bundle that the payer finds too large by smaller ones (WR-17).
    ///
    /// Not if a newer exchange of the member is waiting: the parts would be queued behind it, and it holds everything
    /// in this one.
    func divide(
        _ heard: Heard, _ fault: Fault, _ outcome: String?, _ writer: any StoreWriter, _ settled: inout Settled
    ) throws -> Bool {
        let (lease, mark, now) = (heard.lease, heard.mark, heard.at)
        let submission = lease.submission
        guard let parts = divider.parts(of: lease.bundle) else {
            let receipt = receipt(submission, mark, "parked", fault.code, outcome, [], now)
            return try move(submission, to: .parked, notBefore: nil, receipt, indivisible(lease), at: now, writer)
        }
        if let latest = try newer(than: submission, writer) {
            return try giveUp(submission, for: latest, as: mark, outcome, at: now, writer)
        }
        let receipt = receipt(submission, mark, "divided", fault.code, outcome, [], now)
        let last = try writer.submissions(ofExchange: submission.exchange).map(\.part).max() ?? submission.part
        let bundles = parts.enumerated().map { index, part in
            ExchangeBundle(
                part: index == 0 ? submission.part : last + index, entries: part.entries, bytes: part.bytes,
                digest: divider.identities.hexDigest(part.bytes))
        }
        let rest = bundles.dropFirst().map { bundle in
            LeasedSubmission(
                submission: Submission(
                    id: "\(submission.exchange)-\(bundle.part)", exchange: submission.exchange,
                    clinic: submission.clinic, payer: submission.payer, member: submission.member, part: bundle.part,
                    notBefore: now, entries: bundle.entries, bytes: bundle.bytes.count, contentDigest: bundle.digest,
                    lane: submission.lane), bundle: bundle.bytes)
        }
        let isOwner = try writer.divide(
            submission.id, epoch: submission.epoch, first: bundles[0], rest: Array(rest), at: now, receipt: receipt)
        guard isOwner else { return false }
        settled.divided.append((submission.entries, lease.bundle.count))
        try follow(submission, fault, at: now, writer)
        return true
    }

    private func indivisible(_ lease: LeasedSubmission) -> Fault {
        Fault(
            .payerTooLarge, .park,
            "\(terms.payer.name) finds one resource and what it refers to too large: \(lease.submission.entries) entries, "
                + "\(lease.bundle.count) bytes",
            hint: "ask the payer for a higher limit, or leave out in the mapping what is so large; then replay")
    }

    private func giveUp(
        _ submission: Submission, for newer: String, as mark: AnswerMark, _ outcome: String?, at now: Instant,
        _ writer: any StoreWriter
    ) throws -> Bool {
        let receipt = receipt(submission, mark, "superseded", .payerTooLarge, outcome, [], now)
        let id = submission.exchange
        guard
            try writer.settle(
                submission.id, epoch: submission.epoch, as: .cancelled, notBefore: nil, receipt: receipt)
        else { return false }
        guard try writer.cancelOpenSubmissions(ofExchange: id) == 0,
            let exchange = try writer.standing(ofExchange: id)
        else { return true }
        try supersede(id, exchange, by: newer, at: now, writer)
        return true
    }
}
