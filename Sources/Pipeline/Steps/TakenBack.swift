import FHIR
import PDex

/// What an operator cancelled, or a withdrawal stopped, while it was on its way: it is not sent again, whatever the
/// payer says of it (Q-02, CO-10).
extension KeepReceipts {
    /// Whether nothing of the exchange is to be sent any more; asked in the transaction that settles.
    func isTakenBack(_ submission: Submission, _ writer: any StoreWriter) throws -> Bool {
        try writer.standing(ofExchange: submission.exchange).map { !$0.state.isPending } ?? true
    }

    /// Cancels a claim that did not arrive; nil when it did, since that remains true.
    func takeBack(_ heard: Heard, _ writer: any StoreWriter) throws -> Bool? {
        switch heard.reading {
        case .acknowledged: return nil
        case .retry(let fault, let outcome), .park(let fault, let outcome), .divide(let fault, let outcome):
            let submission = heard.lease.submission
            let receipt = receipt(submission, heard.mark, "cancelled", fault.code, outcome, [], heard.at)
            return try writer.settle(
                submission.id, epoch: submission.epoch, as: .cancelled, notBefore: nil, receipt: receipt)
        }
    }
}
