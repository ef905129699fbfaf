import FHIR
import PDex

/// Handles exchanges that an operator cancelled, or a withdrawal stopped, while under way: they are not sent again,
/// whatever the payer answers (Q-02, CO-10).
extension KeepReceipts {
    /// Whether nothing more of the exchange is to be sent; checked in the transaction that settles.
    func isTakenBack(_ submission: Submission, _ writer: any StoreWriter) throws -> Bool {
        try writer.standing(ofExchange: submission.exchange).map { !$0.state.isPending } ?? true
    }

    /// Cancels a claim that did not arrive; nil when it did, because that remains true.
    func takeBack(_ heard: Heard, _ writer: any StoreWriter) throws -> Bool? {
        switch heard.reading {
        case .acknowledged: return nil
        case .retry(let fault, let outcome, let taken), .park(let fault, let outcome, let taken):
            return try cancel(heard, fault, outcome, taken, writer)
        case .divide(let fault, let outcome): return try cancel(heard, fault, outcome, [], writer)
        }
    }

    /// That single entries were accepted remains true as well.
    private func cancel(
        _ heard: Heard, _ fault: Fault, _ outcome: String?, _ taken: [String], _ writer: any StoreWriter
    ) throws -> Bool {
        let submission = heard.lease.submission
        let receipt = receipt(submission, heard.mark, "cancelled", fault.code, outcome, taken, heard.at)
        return try writer.settle(
            submission.id, epoch: submission.epoch, as: .cancelled, notBefore: nil, receipt: receipt)
    }
}
